"""Training and measuring: rendered scenes with exact labels, COCO-format data, figures of models and rules."""
