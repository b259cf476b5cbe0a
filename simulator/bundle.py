"""Many arrays behind one pointer: how compiled kernels receive a scheme's tables and a path's scratch.

Numba passes an array as seven machine words and a tuple of forty arrays as three hundred, in every call.
A bundle is passed as one address of a block in which those words lie; reading ``st.cash`` in a kernel loads
them from there. Without JIT it is a plain object with arrays as attributes.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)

import simulator.jit  # noqa: F401  (chooses the cache folder before numba is used)

_WORD = 8


class Bundle:
    """Base of frozen dataclasses whose fields are all C-contiguous numpy arrays."""

    @cached_property
    def words(self) -> np.ndarray:
        """The fields as numba lays arrays out: owner, parent, items, item size, data, shape, strides."""
        parts: list[int] = []
        for field in fields(self):          # type: ignore[arg-type]
            array = getattr(self, field.name)
            if not array.flags.c_contiguous:
                raise ValueError(f"{field.name} must be C-contiguous")
            parts += [0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides]
        return np.array(parts, np.int64)

    @cached_property
    def address(self) -> int:
        """Where the words lie."""
        return int(self.words.ctypes.data)

    @cached_property
    def kind(self) -> BundleType:
        """Numba's type of this bundle: names, dimensions and number types, not sizes."""
        return BundleType(type(self).__name__, tuple(
            (f.name, types.Array(_number(getattr(self, f.name).dtype), getattr(self, f.name).ndim, "C"))
            for f in fields(self)))          # type: ignore[arg-type]


def _number(dtype: np.dtype) -> Any:
    return {"int64": types.int64, "uint8": types.uint8, "float64": types.float64}[dtype.name]


class BundleType(types.Type):
    """A named record of arrays, passed by address."""

    def __init__(self, name: str, members: tuple[tuple[str, Any], ...]) -> None:
        self.members = dict(members)
        self.offset: dict[str, int] = {}
        at = 0
        for member, array in members:
            self.offset[member] = at
            at += (5 + 2 * array.ndim) * _WORD
        told = ",".join(f"{m}:{a}" for m, a in members)
        super().__init__(name=f"{name}_{hashlib.sha256(told.encode()).hexdigest()[:8]}")


@register_model(BundleType)
class BundleModel(PrimitiveModel):
    """One machine word."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, ir.IntType(64))


@typeof_impl.register(Bundle)
def _typeof_bundle(value: Bundle, context: Any) -> BundleType:
    return value.kind


@unbox(BundleType)
def _unbox_bundle(typ: BundleType, obj: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(obj, "address")
    value = c.pyapi.long_as_longlong(address)
    c.pyapi.decref(address)
    return NativeValue(value, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class BundleAttributes(AttributeTemplate):
    """Every field is an array of the type it was bundled with."""

    key = BundleType

    def generic_resolve(self, typ: BundleType, attr: str) -> Any:  # type: ignore[override,assignment,unused-ignore]
        """Type of a field, None if there is none."""
        return typ.members.get(attr)


@lower_getattr_generic(BundleType)
def _load_field(context: Any, builder: Any, typ: BundleType, value: Any, attr: str) -> Any:
    layout = context.get_value_type(typ.members[attr])
    place = builder.add(value, ir.Constant(ir.IntType(64), typ.offset[attr]))
    return builder.load(builder.inttoptr(place, layout.as_pointer()))
