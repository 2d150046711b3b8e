"""Train a small convolutional network on handwritten digits; write all that tinygen needs.

The data is scikit-learn's copy of the UCI digits set: 1,797 real 8x8 images, no download.
Takes about a minute on two cores. Run from the repository with
``python examples/digits/train.py --out build/digits``.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from tinygen.load.model_file import load_model
from tinygen.quantize.convert import QuantizeOptions
from tinygen.quantize.int8_model import Int8Model

SEED = 7
EPOCHS = 40
SAMPLES = 200


def load_images() -> list[np.ndarray]:
    """Return training images, test images, training labels and test labels.

    Images are ``[count, 8, 8, 1]``, 0 (paper) to 1 (ink); labels 0 to 9.
    """
    digits = load_digits()
    images = (digits.images[..., None] / 16).astype(np.float32)
    return train_test_split(
        images, digits.target, test_size=0.25, random_state=SEED, stratify=digits.target
    )


def build_network() -> keras.Model:
    """Return a depthwise separable network: 7,562 parameters, 104,864 multiply-accumulates."""
    image = keras.Input((8, 8, 1), name="image")
    x = image
    x = layers.Conv2D(24, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    for filters, stride in ((48, 2), (80, 1)):
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))


def train(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
    """Fit, with the step size falling along a cosine to zero."""
    steps = EPOCHS * -(-len(images) // 32)
    network.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps)),
        loss="sparse_categorical_crossentropy",
    )
    network.fit(images, labels, batch_size=32, epochs=EPOCHS, verbose=0)


def int8_accuracy(model: Path, samples: Path, images: np.ndarray, labels: np.ndarray) -> float:
    """Quantize as ``tinygen quantize`` does, and run the int8 model on this machine."""
    int8 = Int8Model(load_model(model, QuantizeOptions(samples)).content)
    named = [int(np.argmax(int8.run([image[None]])[0])) for image in images]
    return float(np.mean(np.asarray(named) == labels))


def main() -> None:
    """Train, save and print the accuracy on images not seen in training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/digits"), help="folder to write")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    images, test_images, labels, test_labels = load_images()
    network = build_network()
    train(network, images, labels)
    without_optimizer = build_network()
    without_optimizer.set_weights(network.get_weights())
    without_optimizer.save(out / "model.keras")
    np.savez_compressed(out / "samples.npz", x=images[:SAMPLES], y=labels[:SAMPLES])
    np.savez_compressed(out / "test.npz", x=test_images, y=test_labels)
    answers = np.argmax(network.predict(test_images, verbose=0), axis=1)
    in_int8 = int8_accuracy(out / "model.keras", out / "samples.npz", test_images, test_labels)
    print(f"wrote model.keras, samples.npz and test.npz to {out}")
    print(f"float accuracy {np.mean(answers == test_labels):.4f} on {len(test_labels)} test images")
    print(f"int8  accuracy {in_int8:.4f}")


if __name__ == "__main__":
    main()
