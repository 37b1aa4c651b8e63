def choose_trainable(loaded, recipe):
    for p in loaded.model.parameters():
        p.requires_grad_(True)
