-- Chooses the kernel. Debian's cloud kernel is three seconds quicker under emulation, but it drives little beyond
-- virtio and the PIIX controller of the pc machine; with any device of the list below the generic kernel is started.
-- The identifiers are those QEMU gives to its devices (QEMU docs/specs and hw/*/).
local pci = require "pci"
local syslinux = require "syslinux"

local needs_generic = {
  ["8086:100e"] = "e1000",
  ["8086:100f"] = "e1000-82545em",
  ["8086:1004"] = "e1000-82544gc",
  ["8086:10d3"] = "e1000e",
  ["10ec:8139"] = "rtl8139",
  ["10ec:8029"] = "ne2k_pci",
  ["1022:2000"] = "pcnet",
  ["1000:0012"] = "lsi53c895a",
  ["8086:2922"] = "ich9-ahci, part of every q35 machine",
}

local kernel = "cloud"
for _, device in pairs(pci.getinfo()) do
  local id = string.format("%04x:%04x", device.vendor, device.product)
  if needs_generic[id] then
    print("found " .. needs_generic[id])
    kernel = "generic"
  end
end
syslinux.run_command(kernel)
