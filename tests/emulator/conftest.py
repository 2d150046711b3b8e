"""Images of the small model, which several tests boot."""

import pytest

from tests.emulator.image import build_image
from tests.emulator.small_model import small_model
from tinygen.board import find_board


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Return a function that builds the small model for a board, once."""
    built = {}

    def get(board_id):
        if board_id not in built:
            folder = tmp_path_factory.mktemp(board_id)
            built[board_id] = build_image(find_board(board_id), small_model(), folder)
        return built[board_id]

    return get
