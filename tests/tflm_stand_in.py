"""A stand-in of TensorFlow Lite Micro's API: what the generated C++ uses of it, no more.

The signatures are those of the library; none of its code is here, so nothing runs.
"""

from pathlib import Path

COMMON = """\
#pragma once
#include <cstddef>
#include <cstdint>
typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;
typedef union { void* data; int8_t* int8; } TfLitePtrUnion;
struct TfLiteTensor { TfLitePtrUnion data; size_t bytes; };
struct TfLiteContext;
struct TfLiteNode;
"""

SCHEMA = """\
#pragma once
namespace tflite {
struct Model;
enum BuiltinOperator { BuiltinOperator_CONV_2D = 3, BuiltinOperator_RESHAPE = 22 };
const Model* GetModel(const void* buffer);
}  // namespace tflite
"""

RESOLVER = """\
#pragma once
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"
struct TFLMRegistration {
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  int32_t builtin_code;
};
namespace tflite {
TFLMRegistration Register_CONV_2D();
TFLMRegistration Register_RESHAPE();
using TfLiteBridgeBuiltinParseFunction = TfLiteStatus (*)(const void* op);
TfLiteStatus ParseConv2D(const void* op);
TfLiteStatus ParseReshape(const void* op);
class MicroOpResolver {
 public:
  virtual const TFLMRegistration* FindOp(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration* FindOp(const char* op) const = 0;
  virtual TfLiteBridgeBuiltinParseFunction GetOpDataParser(BuiltinOperator op) const = 0;
  virtual ~MicroOpResolver() {}
};
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  const TFLMRegistration* FindOp(BuiltinOperator op) const override;
  const TFLMRegistration* FindOp(const char* op) const override;
  TfLiteBridgeBuiltinParseFunction GetOpDataParser(BuiltinOperator op) const override;
  TfLiteStatus AddConv2D(
      const TFLMRegistration& registration = Register_CONV_2D()) {
    return AddBuiltin(BuiltinOperator_CONV_2D, registration, ParseConv2D);
  }
  TfLiteStatus AddReshape() {
    return AddBuiltin(BuiltinOperator_RESHAPE, Register_RESHAPE(), ParseReshape);
  }

 private:
  TfLiteStatus AddBuiltin(BuiltinOperator op, const TFLMRegistration& registration,
                          TfLiteBridgeBuiltinParseFunction parser);
};
}  // namespace tflite
"""

PROFILER = """\
#pragma once
#include <cstdint>
namespace tflite {
class MicroProfilerInterface {
 public:
  virtual ~MicroProfilerInterface() {}
  virtual uint32_t BeginEvent(const char* tag) = 0;
  virtual void EndEvent(uint32_t event_handle) = 0;
};
}  // namespace tflite
"""

COMPATIBILITY = """\
#pragma once
#define TF_LITE_REMOVE_VIRTUAL_DELETE void operator delete(void* p) {}
"""

PLANNER = """\
#pragma once
#include "tensorflow/lite/core/c/common.h"
namespace tflite {
class MicroMemoryPlanner {
 public:
  MicroMemoryPlanner() {}
  virtual ~MicroMemoryPlanner() {}
  virtual TfLiteStatus AddBuffer(int size, int first_time_used, int last_time_used) = 0;
  virtual TfLiteStatus AddBuffer(int size, int first_time_used, int last_time_used,
                                 int offline_offset);
  virtual size_t GetMaximumMemorySize() = 0;
  virtual int GetBufferCount() = 0;
  virtual TfLiteStatus GetOffsetForBuffer(int buffer_index, int* offset) = 0;
  virtual TfLiteStatus Init(unsigned char* scratch_buffer, int scratch_buffer_size);
  virtual bool preserves_all_tensors() const = 0;
};
}  // namespace tflite
"""

GREEDY = """\
#pragma once
#include "tensorflow/lite/micro/memory_planner/micro_memory_planner.h"
namespace tflite {
class GreedyMemoryPlanner : public MicroMemoryPlanner {
 public:
  GreedyMemoryPlanner();
  ~GreedyMemoryPlanner() override;
  TfLiteStatus Init(unsigned char* scratch_buffer, int scratch_buffer_size) override;
  TfLiteStatus AddBuffer(int size, int first_time_used, int last_time_used) override;
  TfLiteStatus AddBuffer(int size, int first_time_used, int last_time_used,
                         int offline_offset) override;
  size_t GetMaximumMemorySize() override;
  int GetBufferCount() override;
  TfLiteStatus GetOffsetForBuffer(int buffer_index, int* offset) override;
  bool preserves_all_tensors() const override;
};
}  // namespace tflite
"""

ALLOCATOR = """\
#pragma once
#include "tensorflow/lite/micro/memory_planner/micro_memory_planner.h"
namespace tflite {
class MicroAllocator {
 public:
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size,
                                MicroMemoryPlanner* memory_planner);
};
}  // namespace tflite
"""

INTERPRETER = """\
#pragma once
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#define TFLITE_SCHEMA_VERSION (3)
namespace tflite {
class MicroAllocator;
class MicroInterpreter {
 public:
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* arena,
                   size_t arena_size);
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                   MicroAllocator* allocator);
  ~MicroInterpreter();
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteTensor* input(size_t index);
  TfLiteTensor* output(size_t index);
  size_t inputs_size() const;
  size_t outputs_size() const;
  size_t arena_used_bytes() const;
};
}  // namespace tflite
"""

RECORDING = """\
#pragma once
#include "tensorflow/lite/micro/micro_interpreter.h"
namespace tflite {
enum class RecordedAllocationType {
  kTfLiteEvalTensorData, kPersistentTfLiteTensorData, kPersistentTfLiteTensorQuantizationData,
  kPersistentBufferData, kTfLiteTensorVariableBufferData, kNodeAndRegistrationArray, kOpData,
};
struct RecordedAllocation { size_t requested_bytes; size_t used_bytes; size_t count; };
class RecordingMicroAllocator {
 public:
  RecordedAllocation GetRecordedAllocation(RecordedAllocationType type) const;
};
class RecordingMicroInterpreter : public MicroInterpreter {
 public:
  RecordingMicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                            uint8_t* arena, size_t arena_size);
  const RecordingMicroAllocator& GetMicroAllocator() const;
};
}  // namespace tflite
"""

CONV = """\
#pragma once
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
namespace tflite {
TFLMRegistration Register_CONV_2D_INT8();
}  // namespace tflite
"""

MICRO = "tensorflow/lite/micro"
FILES = {
    "tensorflow/lite/core/c/common.h": COMMON,
    "tensorflow/lite/schema/schema_generated.h": SCHEMA,
    f"{MICRO}/micro_mutable_op_resolver.h": RESOLVER,
    f"{MICRO}/micro_profiler_interface.h": PROFILER,
    f"{MICRO}/compatibility.h": COMPATIBILITY,
    f"{MICRO}/memory_planner/micro_memory_planner.h": PLANNER,
    f"{MICRO}/memory_planner/greedy_memory_planner.h": GREEDY,
    f"{MICRO}/micro_allocator.h": ALLOCATOR,
    f"{MICRO}/micro_interpreter.h": INTERPRETER,
    f"{MICRO}/recording_micro_interpreter.h": RECORDING,
    f"{MICRO}/kernels/conv.h": CONV,
}
# What else a copy of TFLM must have; empty files will do where nothing is compiled.
THIRD_PARTY = (
    "third_party/flatbuffers/include/flatbuffers/flatbuffers.h",
    "third_party/gemmlowp/fixedpoint/fixedpoint.h",
    "third_party/ruy/ruy/profiler/instrumentation.h",
    "third_party/cmsis_nn/Include/arm_nnfunctions.h",
    "third_party/cmsis_nn/Source/SomeFunctions/arm_some_s8.c",
)


def write_tree(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write a tree as TFLM's project generation lays it out; ``files`` come on top."""
    content = dict.fromkeys(THIRD_PARTY, "") | FILES | (files or {})
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
