"""Detection: what one utterance says, as labels with spans in the original text."""
