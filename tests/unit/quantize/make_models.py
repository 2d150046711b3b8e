"""Make the float models that the tests convert; run in a process of its own."""

import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers


class Doubling(keras.layers.Layer):
    """A layer whose code is in no file."""

    def call(self, x):
        return x * 2


def image_net():
    image = keras.Input((8, 8, 1), name="image")
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(4, activation="softmax", name="kind")(x))


def two_inputs():
    b, a = keras.Input((16,), name="b"), keras.Input((8,), name="a")
    left, right = layers.Dense(8, activation="relu")(b), layers.Dense(8, activation="relu")(a)
    x = layers.Concatenate()([left, right])
    out = [layers.Dense(3, activation="softmax", name="zz")(x), layers.Dense(1, name="aa")(x)]
    return keras.Model([b, a], out)


def recurrent(layer, *before):
    return keras.Sequential([keras.Input((6, 4)), *before, layer, layers.Dense(3, name="out")])


def save_tflite(model, path):
    """As users do it: with an open batch, so that SHAPE ops come along."""
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


def main(folder: Path) -> None:
    keras.utils.set_random_seed(1)
    image = image_net()
    image.save(folder / "image.keras")
    image.save(folder / "image.h5")
    image.save_weights(folder / "weights.weights.h5")
    (folder / "cut.h5").write_bytes((folder / "image.h5").read_bytes()[:4000])
    save_tflite(image, folder / "image.tflite")
    pair = two_inputs()
    pair.save(folder / "pair.keras")
    pair.export(folder / "pair", verbose=False)
    recurrent(layers.LSTM(5)).save(folder / "lstm.keras")
    recurrent(layers.LSTM(5), layers.Masking()).save(folder / "mask.keras")
    recurrent(layers.LSTM(5, go_backwards=True)).save(folder / "backwards.keras")
    recurrent(layers.GRU(5)).save(folder / "gru.keras")
    recurrent(layers.Bidirectional(layers.LSTM(5, name="l"))).save(folder / "both.keras")
    x = keras.Input((4,))
    keras.Model(x, layers.Lambda(lambda v: v * 2)(x)).save(folder / "lambda.keras")
    keras.Model(x, Doubling()(x)).save(folder / "custom.keras")
    keras.Model(x, Doubling()(x)).save(folder / "custom.h5")
    open_size = keras.Input((None, 4), name="steps")
    keras.Model(open_size, layers.Dense(2)(open_size)).save(folder / "open.keras")
    keras.Sequential([layers.Dense(2)]).save(folder / "unbuilt.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
