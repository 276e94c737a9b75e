// The settings that belong to no single service.

import { key, section } from "./keys.ts";

export const cloudSection = section("cloud", "The cloud", {
  ADMIN_PASSWORD: key.text(
    "",
    "Password of the users admin and demo. Empty: generated and kept in the state directory.",
  ),
  SERVICE_PASSWORD: key.text("", "Password of the service users (nova, glance, ...). Empty: generated."),
  SERVICE_TOKEN: key.text(
    "",
    "Static administrator token accepted by the identity service. Empty: generated.",
    { option: "keystone.conf/DEFAULT/admin_token" },
  ),
  HOST_IP: key.text("127.0.0.1", "Address the APIs listen on and the catalog names.", {
    option: "nova.conf/DEFAULT/my_ip",
  }),
  HOST_NAME: key.text(
    "",
    "Name of this host in service tables and schedulers. Empty: the machine's host name.",
  ),
  REGION_NAME: key.text("RegionOne", "Region of every endpoint that is made at the first start."),
  ENABLED_SERVICES: key.list(
    "",
    "Windows to start, by DevStack's names, separated by commas. Empty: all. enable_service and disable_service change it.",
  ),
  VIRT_DRIVER: key.choice(
    ["auto", "libvirt", "docker", "fake"],
    "auto",
    "What runs the servers. auto: libvirt for root when its socket answers, else fake.",
  ),
  SCREEN_NAME: key.text("stack", "Name of the session, shown in the terminal UI."),
  BUS_CONSOLE_PORT: key.int(
    0,
    "Port of a page with the queues of the message bus, as RabbitMQ's management plugin has it on 55672 or 15672; 0 for none.",
    { max: 65_535 },
  ),
  SYNC_WRITES: key.choice(
    ["normal", "full"],
    "normal",
    "Durability of the service databases. normal: a commit survives kill -9; full: also a power cut. Image and object data are always synced.",
  ),
});
