"""Turn a Keras model into verified firmware for a microcontroller."""
