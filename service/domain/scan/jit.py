"""One typed door to numba, so that the kernels stay readable and the type checker content."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call, keep the machine code on disk, release the GIL.

    Kernels never allocate Python objects, so that several threads can run one at a time each.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that allocates nothing and hands out no array.

    It borrows its arrays and counts no references to them: two dozen arrays in a few tuples, each
    counted in and out, cost a small kernel more than its work.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    return cast("Callable[P, R]", numba.njit(**options)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function into the body of each kernel that calls it.

    Also what is large and hot: a kernel that calls another optimises that one's machine code a
    second time, which can take a third of its speed, and only a process that compiled both uses
    the better copy; one that reads the kernel from the disk gets the worse.
    """
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")(function)
    return cast("Callable[P, R]", compiled)
