"""Medians and tables, for tests/bench/run and tests/real/run."""

import statistics


def ratio_text(ratios):
    """The median of the ratios; few digits, since more would be noise."""
    if not ratios:
        return "-"
    median = statistics.median(ratios)
    return f"{median:.2f}" if median < 10 else f"{median:.0f}"


def spread_text(ratios):
    """The smallest and the largest ratio."""
    return f"{min(ratios):.2f}..{max(ratios):.2f}" if ratios else "-"


def table_text(columns, rows, markdown):
    """Rows of texts below their column titles: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]

    def line(cells):
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |" if markdown else "  ".join(padded).rstrip()

    if markdown:
        rule = "| " + " | ".join(["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]) + " |"
    else:
        rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(columns), rule] + [line(row) for row in rows])
