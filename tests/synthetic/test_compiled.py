import pytest

from likeness.synthetic.compiled import compiled, inlined


@pytest.mark.parametrize("decorator", [compiled, inlined])
def test_machine_code_says_what_python_says(decorator):
    def triangular(n):
        total = 0
        for i in range(n + 1):
            total += i
        return total

    kernel = decorator(triangular)
    assert kernel(100) == triangular(100) == 5050
    assert len(kernel.signatures) == 1
