"""A tiny Idefics3 as a folder: a second architecture with its own processor."""

import stock
import torch
from PIL import Image
from transformers import GenerationConfig, Idefics3ImageProcessorPil, Idefics3Processor

from viewpoint_gen.models.vocabulary import train_tokenizer

TEXTS = [
    "Image 1: <image>\nImage 2: <image>\nDid the camera move left or right?\nA. left\nB. right\n"
    "Give the letter of the right option inside <answer></answer>.",
    "<think>The camera moved 43° to the left.</think>\n<answer>A</answer>",
    "Image 1: <image>\nImage 2: <image>\nImage 3: <image>\nBy how many degrees in all?\n"
    "Give a number of degrees inside <answer></answer>.",
]


def photo(number, px=40):
    """A picture in which every number has its own colours."""
    made = (stock.pictures(1, seed=number)[0].permute(1, 2, 0) * 255).byte().numpy()
    return Image.fromarray(made).resize((px, px))


def build_idefics3(folder):
    """Write the model and its processor into a folder; images are cut into tiles by default."""
    tokenizer = train_tokenizer(TEXTS, entries=600)
    marks = ["<fake_token_around_image>", "<global-img>", "<end_of_utterance>"]
    marks += [f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2)]
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>", *marks]})
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessorPil(
            size={"longest_edge": 2 * stock.PX}, max_image_size={"longest_edge": stock.PX}
        ),
        tokenizer=tokenizer,
        image_seq_len=stock.TOKENS["idefics3"],
        chat_template=tokenizer.chat_template,
    )
    torch.manual_seed(4)
    text = {"vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id}
    model = stock.idefics3(
        image=tokenizer.convert_tokens_to_ids("<image>"), pad=tokenizer.pad_token_id, **text
    )
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
