"""The examples that the local service makes of models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest

from quantcdn import (
    ApiClient,
)
from quantcdn.api import ai_tools_api
from quantcdn.emulator import Emulator
from quantcdn.emulator._example_model import example_of
from quantcdn.models._base import Model
from quantcdn.operation import Operation
from test.helpers.emulator_requests import TOOLS, ask


class Echo(Model):
    organisation: str
    size: int | None = None


@pytest.fixture
def sixth(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operation[Echo]]:
    operation = Operation("rename_ai_tool", "/api/v3/organizations/{organisation}/ai/tools/{name}", Echo, method="POST")
    monkeypatch.setattr(ai_tools_api, "OPERATIONS", (operation, *ai_tools_api.OPERATIONS))
    return operation


def test_an_endpoint_without_a_handler_responds_with_an_example(sixth: Operation[Echo]) -> None:
    with Emulator() as service, ApiClient(service.configuration(proxy="")) as client:
        response = client.call(sixth, {"organisation": "acme", "name": "names"}, {}).data
        assert response == Echo(organisation="acme", size=1)
        assert service.requests[0].operation == "rename_ai_tool"
        assert ask(service, f"{TOOLS}/names")[0].status == 200
        response, _ = ask(service, f"{TOOLS}/names", method="PUT")
        assert response.headers["Allow"] == "GET, POST"
        assert sixth.path in ask(service, "/")[1].decode()


class Colour(Enum):
    RED = "red"


class Tree(Model):
    colour: Colour
    kind: Literal["oak", "elm"]
    height: float
    parent: Tree | None = None
    branches: list[Tree] | None = None
    leaves: list[str]
    notes: dict[str, str]
    graftings: dict[str, Tree]
    planted_at: datetime
    weight: Decimal | None = None


def test_an_example_fits_every_kind_of_field_and_ends_where_a_model_holds_itself() -> None:
    example = example_of(Tree)
    assert example == {
        "colour": "red",
        "kind": "oak",
        "height": 1.5,
        "branches": [],
        "leaves": ["example"],
        "notes": {"example": "example"},
        "graftings": {},
        "plantedAt": "2026-01-01T00:00:00Z",
    }
    assert Tree.from_dict(example) is not None


@pytest.mark.parametrize("operation", ai_tools_api.OPERATIONS, ids=lambda operation: operation.name)
def test_an_example_of_every_model_can_be_read_by_it(operation: Operation[Any]) -> None:
    for model in (operation.model, *operation.errors.values()):
        example = example_of(model)
        read = model.from_dict(example)
        assert read is not None
        assert read.model_fields_set == set(model.model_fields)
