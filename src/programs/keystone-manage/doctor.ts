// doctor: what is set up in a way that will hurt. Status 1 when anything is found. Authority for what is looked at:
// keystone/cmd/doctor/ of Zed, without what it says about memcached, LDAP, SAML and the kind of database.

import { existsSync, statSync } from "node:fs";
import { cloudSection } from "../../config/cloud.ts";
import { identitySection } from "../../identity/config.ts";
import { loadKeys } from "../../identity/tokens/keys.ts";
import type { Manage, ManageCommand } from "./command.ts";
import { databasePath, keyFolder, settings } from "./offline.ts";

export const doctorCommand: ManageCommand = {
  name: "doctor",
  help: "Look for common mistakes in how the identity service is set up.",
  async run(manage) {
    const symptoms = [...look(manage)];
    for (const text of symptoms) manage.io.out(`\nWARNING: ${text}\n`);
    return symptoms.length > 0 ? 1 : 0;
  },
};

function* look({ io, paths }: Manage): Generator<string> {
  const config = settings(io.env);
  const identity = config.values(identitySection);
  if (!existsSync(databasePath(paths))) {
    yield `There is no database in ${paths.root}.\n\n    See: keystone-manage db_sync, or stack up.`;
  }
  const folder = keyFolder(paths);
  if (!existsSync(folder)) {
    yield "Fernet key repository is not setup correctly.\n\n    It is missing. See: keystone-manage fernet_setup.";
  } else {
    if (statSync(folder).mode & 0o007) {
      yield `Fernet key repository is not setup correctly.\n\n    Others than its owner can read ${folder}.`;
    }
    if (loadKeys(folder).length === 0) {
      yield "Fernet key repository is empty.\n\n    See: keystone-manage fernet_setup.";
    }
  }
  const { KEYSTONE_MINIMUM_PASSWORD_AGE: age, KEYSTONE_PASSWORD_EXPIRES_DAYS: days } = identity;
  if (age > 0 && days > 0 && age >= days) {
    yield "Minimum password age should be less than the password expires days.\n\n    Nobody could change a password in time.";
  }
  const { KEYSTONE_PASSWORD_REGEX: regex, KEYSTONE_PASSWORD_REGEX_DESCRIPTION: description } = identity;
  if (regex !== "" && !isPattern(regex)) {
    yield "Invalid password regular expression.\n\n    No password can be set until KEYSTONE_PASSWORD_REGEX is right.";
  }
  if (regex !== "" && description === "") {
    yield "Password regular expression description is not set.\n\n    Users are not told what KEYSTONE_PASSWORD_REGEX asks for.";
  }
  if (config.values(cloudSection).SERVICE_TOKEN === "ADMIN") {
    yield "SERVICE_TOKEN is the one in every guide.\n\n    Whoever reaches the identity service may do everything with it.";
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
