"""The bench: what devices of vendors say, examined by the decoders of the doors themselves."""
