"""The gradient of queries alone is that of the whole map, and other cases go to the fused kernel."""

import pytest
import torch
from torch import Tensor

from interp.estimators.parts import query_gradient
from interp.estimators.parts.query_gradient import BLOCK, attention_of_queries

SCALE = 0.3


def tensors(n_queries: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((2, 3, n_queries, 8), (2, 3, 57, 8), (2, 3, 57, 8))
    return [torch.randn(*shape, generator=generator, dtype=dtype) for shape in shapes]


def by_the_map(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return (queries @ keys.transpose(-1, -2) * SCALE).softmax(-1) @ values


@pytest.mark.parametrize("n_queries", [1, BLOCK, BLOCK + 5])
def test_gradient_is_that_of_the_whole_map(n_queries: int) -> None:
    queries, keys, values = tensors(n_queries)
    weights = torch.randn(queries.shape, generator=torch.Generator().manual_seed(1), dtype=queries.dtype)
    found = []
    for function in (lambda *x: attention_of_queries(*x, SCALE), by_the_map):
        leaf = queries.clone().requires_grad_()
        out = function(leaf, keys, values)
        found.append((out.detach(), torch.autograd.grad((out * weights).sum(), leaf)[0]))
    assert torch.allclose(found[0][0], found[1][0], atol=1e-12)
    assert torch.allclose(found[0][1], found[1][1], atol=1e-12)


def test_gradient_is_the_finite_difference() -> None:
    queries, keys, values = tensors(4)
    assert torch.autograd.gradcheck(
        lambda q: attention_of_queries(q, keys, values, SCALE), queries.requires_grad_()
    )


@pytest.mark.parametrize("wanted", [(), (0, 1), (0, 2), (1,)])
def test_only_queries_alone_take_the_short_way(
    wanted: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gradient of keys or values is not lost."""
    monkeypatch.setattr(query_gradient, "_OfQueries", None)
    given = tensors(5)
    for i in wanted:
        given[i].requires_grad_()
    out = attention_of_queries(*given, SCALE)
    assert torch.allclose(out, by_the_map(*given))
    for i in wanted:
        assert torch.autograd.grad(out.sum(), given[i], retain_graph=True)[0].isfinite().all()


def test_nothing_is_kept_without_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_gradient, "_OfQueries", None)
    queries, keys, values = tensors(5)
    with torch.no_grad():
        assert not attention_of_queries(queries.requires_grad_(), keys, values, SCALE).requires_grad


def test_low_precision_goes_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_gradient, "_OfQueries", None)
    queries, keys, values = tensors(5, torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        out = attention_of_queries(queries.requires_grad_(), keys, values, SCALE)
    assert out.requires_grad
