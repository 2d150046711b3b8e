"""The examples in the build script that ships in projects are true."""

import doctest
import importlib.util

from tinygen.resources import data_dir


def test_examples_of_project_flags():
    path = data_dir("templates") / "platform" / "builder" / "project_flags.py"
    spec = importlib.util.spec_from_file_location("project_flags", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = doctest.testmod(module)
    assert result.attempted == 2
    assert result.failed == 0
