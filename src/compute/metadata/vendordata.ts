// The file whose content every guest is given as vendor_data.json. Authority: nova/api/metadata/vendordata_json.py of Zed.

import { readFileSync } from "node:fs";
import { messageOf } from "../../core/errors.ts";

/** `{}` without a file. @throws Error for a file that cannot be read, or is no JSON: both are the operator's to mend */
export function readVendorData(path: string): unknown {
  if (path === "") return {};
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`VENDORDATA_JSONFILE_PATH: ${path}: ${messageOf(cause)}`, { cause });
  }
}
