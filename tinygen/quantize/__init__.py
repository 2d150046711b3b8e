"""Stage `quantize`: a float model and samples to an int8 .tflite file and a report.

TensorFlow runs in a subprocess of its own (`tinygen.quantize.worker`): importing this
package never imports TensorFlow, and a converter that crashes cannot take tinygen along.
"""
