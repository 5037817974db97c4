"""ONNX files written byte by byte as its protocol buffers say: no package of the project can write them."""

import numpy as np


def softmax_of(weights: np.ndarray, side: int) -> bytes:
    """softmax(flatten(picture) @ weights) of pictures (n, side, side, 1)."""
    inputs, outputs = weights.shape
    nodes = (
        _node("Flatten", ["picture"], "flat"),
        _node("MatMul", ["flat", "weights"], "scores"),
        _node("Softmax", ["scores"], "likely"),
    )
    tensor = (
        _number(1, inputs) + _number(1, outputs) + _number(2, 1) + _text(8, "weights") + _bytes(9, weights.tobytes())
    )
    graph = (
        b"".join(_bytes(1, node) for node in nodes)
        + _text(2, "graph")
        + _bytes(5, tensor)
        + _bytes(11, _value("picture", (None, side, side, 1)))
        + _bytes(12, _value("likely", (None, outputs)))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def _node(kind: str, inputs: list[str], output: str) -> bytes:
    return b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, kind)


def _value(name: str, shape: tuple[int | None, ...]) -> bytes:
    dimensions = b"".join(_bytes(1, _text(2, "n") if size is None else _number(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, dimensions)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
