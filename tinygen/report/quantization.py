"""The quantization report as text for a terminal."""

from tinygen.quantize.report import QuantizationReport


def quantization_text(report: QuantizationReport) -> str:
    """Return what int8 cost, output by output, and warnings."""
    rows = [f"  {report.samples_used} of {report.samples_found} samples of {report.samples_source}"]
    rows += [
        f"  input  {one.name}: scale {one.scale:.6g}, zero point {one.zero_point}"
        for one in report.inputs
    ]
    for out in report.outputs:
        noise = "equal" if out.sqnr_db is None else f"SQNR {out.sqnr_db:.1f} dB"
        rows.append(f"  output {out.name}: {noise}, largest error {out.max_error:.4g}")
    if report.accuracy is not None:
        accuracy = report.accuracy
        rows.append(f"  accuracy float {accuracy.float_model:.4f}, int8 {accuracy.int8_model:.4f}")
    rows += [f"  warning: {text}" for text in report.warnings]
    return "\n".join(rows)
