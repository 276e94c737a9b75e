// From the wire's snake_case to the names of libvirt's public API (`domain_get_xml_desc` → `domainGetXMLDesc`).
// The special words are those of libvirt 9.0.0, src/rpc/gendispatch.pl (fixup_name).

const wholeWords: Readonly<Record<string, string>> = {
  Xml: "XML",
  Uri: "URI",
  Uuid: "UUID",
  Id: "ID",
  Cpu: "CPU",
  Os: "OS",
  Nmi: "NMI",
  Fstrim: "FSTrim",
  Fsfreeze: "FSFreeze",
  Fsthaw: "FSThaw",
  Fsinfo: "FSInfo",
};

function capitalised(word: string): string {
  const capital = word.charAt(0).toUpperCase() + word.slice(1);
  return wholeWords[capital] ?? capital.replace("Nwfilter", "NWFilter").replace("Pm", "PM");
}

/** `DOMAIN_LOOKUP_BY_UUID` → `domainLookupByUUID`. */
export function procedureName(snake: string): string {
  const [first = "", ...rest] = snake.toLowerCase().split("_");
  return first + rest.map(capitalised).join("");
}

/** `remote_nonnull_domain` → `Domain`, `remote_vcpu_info` → `VcpuInfo`. */
export function typeName(wire: string): string {
  // Plain `Error` would hide JavaScript's own.
  if (wire === "remote_error") return "RemoteError";
  return wire
    .replace(/^remote_/, "")
    .replace(/^nonnull_/, "")
    .split("_")
    .map(capitalised)
    .join("");
}

/** `need_results` → `needResults`; what is already in camel case (`nrVirtCpu`, `callbackID`) stays. */
export function fieldName(wire: string): string {
  return wire.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
