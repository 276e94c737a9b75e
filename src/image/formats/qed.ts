// QED, which nobody should use any more: recognised so that it is refused. Authority: docs/interop/qed_spec.rst of QEMU.

import { type Format, type Inspection, startsWith } from "./format.ts";

function* inspect(): Inspection {
  const header = yield { offset: 0, length: 4 };
  if (!header || !startsWith(header, "QED\0")) return null;
  return { virtualSizeBytes: null, unsafe: "is not supported" };
}

export const qed: Format = { name: "qed", inspect };
