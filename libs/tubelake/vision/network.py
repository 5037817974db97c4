"""A small network that tells emotions, of the family of mini-XCEPTION.

O. Arriaga, M. Valdenegro-Toro, P. Plöger: Real-time Convolutional Neural Networks for Emotion and Gender Classification,
2017 (arXiv 1710.07557): separable convolutions with shortcuts. Three things differ, because a few hundred faces must do. The
first convolution begins as gradients in eight directions, half-wave rectified. Their means in cells, each cell's brought to
one scale as in histograms of oriented gradients (Dalal and Triggs, CVPR 2005), also go past the others to the end. And what
the others leave of the picture is weighed by place before it is summed (global depthwise convolution; Chen et al.,
MobileFaceNets, arXiv 1804.07573), and not averaged: the parts of a face are where they are.
"""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIRECTIONS, WIDTHS = 8, (16, 32, 64)
DECAY = 0.001  # of the weights of convolutions that see all places
DROPPED, LAST_DECAY = 0.5, 0.01  # of what the last layer sees, and of its weights
CELL, STEP = 1 / 8, 1 / 12  # side of a cell, and from one to the next, in sides of the picture
MOMENTUM = 0.9  # of the batches' means: Keras' 0.99 has not forgotten the start after 60 epochs of 7 batches


def mini_xception(labels: int, size: int) -> Any:
    """An untrained Keras model: gray pictures (n, size, size, 1) from -1 to 1 in, `labels` probabilities out.

    It brings each picture to mean 0 and variance 1 itself: light and contrast tell no emotion.
    """
    keras = _keras()
    layers = keras.layers
    faces = layers.Input((size, size, 1))
    features = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False, epsilon=1e-4)(faces)
    first = _convolution(1, "valid")
    edges = layers.ReLU()(first(features))
    first.set_weights([gradients(DIRECTIONS)])
    features = layers.ReLU()(_normalised(_convolution(2, "same")(_normalised(edges))))
    for width in WIDTHS:
        features = _residual(features, width)
    parts = [layers.Flatten()(part) for part in (_cells(edges, size), _weighed_by_place(features))]
    seen = layers.Dropout(DROPPED)(_normalised(layers.Concatenate()(parts)))
    said = layers.Dense(labels, "softmax", kernel_regularizer=keras.regularizers.L2(LAST_DECAY))(seen)
    return keras.Model(faces, said)


def seen_from_both_sides(model: Any) -> Any:
    """The model that gives the mean of what `model`, whose weights it shares, says of a face and of its mirror image."""
    keras = _keras()
    faces = keras.layers.Input(model.input_shape[1:])
    mirrored = import_module("tensorflow").reverse(faces, [2])
    return keras.Model(faces, keras.layers.Average()([model(faces), model(mirrored)]))


def gradients(directions: int) -> NDArray[np.float32]:
    """Kernels (3, 3, 1, directions) of the gradient in directions all around the circle, each of size 2."""
    down, right = np.mgrid[-1:2, -1:2]
    near = np.exp(-(down**2 + right**2) / 2)
    angles = np.arange(directions) * 2 * np.pi / directions
    kernels = near[..., None] * (right[..., None] * np.cos(angles) + down[..., None] * np.sin(angles))
    return (2 * kernels / np.abs(kernels).sum(axis=(0, 1)))[:, :, None, :].astype(np.float32)  # type: ignore[no-any-return]


def _keras() -> Any:
    return import_module("tf_keras")


def _convolution(stride: int, padding: str) -> Any:
    kept = _keras().regularizers.L2(DECAY)
    return _keras().layers.Conv2D(DIRECTIONS, 3, stride, padding, use_bias=False, kernel_regularizer=kept)


def _cells(edges: Any, size: int) -> Any:
    """How much there is of each direction in each cell, beside the other directions."""
    layers = _keras().layers
    means = layers.AveragePooling2D(round(size * CELL), round(size * STEP))(edges)
    return layers.LayerNormalization(axis=-1, center=False, scale=False, epsilon=1e-2)(means)


def _weighed_by_place(features: Any) -> Any:
    kept = _keras().regularizers.L2(DECAY)
    return _keras().layers.DepthwiseConv2D(features.shape[1], use_bias=False, depthwise_regularizer=kept)(features)


def _normalised(features: Any) -> Any:
    return _keras().layers.BatchNormalization(momentum=MOMENTUM)(features)


def _residual(features: Any, width: int) -> Any:
    """Two separable convolutions, halved, beside a plain one with a stride."""
    layers = _keras().layers
    short = _normalised(layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)(features))
    features = _normalised(layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(features))
    features = _normalised(layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(layers.ReLU()(features)))
    return layers.Add()([layers.MaxPooling2D(3, strides=2, padding="same")(features), short])
