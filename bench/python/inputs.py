"""The shared inputs of a work, as NumPy arrays."""
import os

import numpy as np

# Of the works that move memory: as UPDATE in contestants/contestant.ts.
SCALE, BETA1, BETA2, EPSILON, STEP_SIZE, CORRECTION = 0.5, 0.9, 0.999, 1e-8, 1e-7, 1.0


def floats(work, name, shape):
    return np.fromfile(os.path.join(work["folder"], name + ".bin"), dtype=np.float32).reshape(shape)


def labels(work):
    return np.fromfile(os.path.join(work["folder"], "y.bin"), dtype=np.int32)


def images(work):
    pixels = np.fromfile(os.path.join(work["folder"], "images.bin"), dtype=np.uint8)
    return pixels.reshape(work["count"], work["sizes"][0]).astype(np.float32) / np.float32(255)


def layers(work):
    """Kernels [in, out] and biases, in order."""
    sizes = work["sizes"]
    return [
        (floats(work, f"w{i}", (ins, outs)), floats(work, f"b{i}", (outs,)))
        for i, (ins, outs) in enumerate(zip(sizes, sizes[1:]))
    ]


def blas():
    """Which library the products come from; Debian's reference BLAS is some fifty times slower than OpenBLAS."""
    import re

    with open("/proc/self/maps") as maps:
        names = sorted(set(re.findall(r"/([^/\s]*(?:blas|mkl)[^/\s]*\.so[^/\s]*)", maps.read())))
    if any("openblas" in name for name in names):
        return "OpenBLAS"
    return "MKL" if any("mkl" in name for name in names) else "REFERENCE BLAS, SLOW (libopenblas0 is not installed)"
