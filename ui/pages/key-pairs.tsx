// Key pairs: made here (the private key is downloaded once), or imported.

import { createKeyPair, deleteKeyPair, type KeyPair, listKeyPairs } from "../api/compute.ts";
import { download } from "../core/download.ts";
import { plural } from "../core/format.ts";
import { useResource } from "../core/resource.ts";
import { confirm, forEach } from "../parts/confirm.tsx";
import { openForm, textOf } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";

export function KeyPairsPage() {
  const pairs = useResource(listKeyPairs, []);
  const { reload } = pairs;
  return (
    <Page title="Key Pairs">
      <Table
        label="Key pairs"
        rows={pairs}
        rowId={({ name }) => name}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(pair) => [{ label: "Delete Key Pair", danger: true, run: () => remove([pair], reload) }]}
        bulk={{
          label: "Delete Key Pairs",
          danger: true,
          run: remove,
        }}
        toolbar={
          <>
            <button type="button" class="button" onClick={() => importPair(reload)}>
              Import Key Pair
            </button>
            <button type="button" class="button primary" onClick={() => create(reload)}>
              Create Key Pair
            </button>
          </>
        }
        empty="You have no key pairs yet. One is needed to log in to most guests."
      />
    </Page>
  );
}

const COLUMNS: Column<KeyPair>[] = [
  { title: "Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "Type", value: ({ type }) => type ?? "ssh", draw: ({ type }) => type ?? "ssh" },
  {
    title: "Fingerprint",
    value: ({ fingerprint }) => fingerprint,
    draw: ({ fingerprint }) => <code>{fingerprint}</code>,
  },
];

const NAME = { name: "name", label: "Key Pair Name", required: true };

function create(after: () => void): void {
  openForm({
    title: "Create Key Pair",
    intro: "The private key is downloaded at once and cannot be had again.",
    button: "Create Key Pair",
    fields: [NAME],
    async submit(values) {
      const name = textOf(values, "name");
      const privateKey = await createKeyPair(name);
      if (privateKey) download(`${name}.pem`, privateKey, "application/x-pem-file");
      after();
    },
    done: (values) =>
      `${textOf(values, "name")}.pem was downloaded. Keep it: chmod 600 ${textOf(values, "name")}.pem`,
  });
}

function importPair(after: () => void): void {
  openForm({
    title: "Import Key Pair",
    button: "Import Key Pair",
    fields: [
      NAME,
      {
        name: "key",
        label: "Public Key",
        kind: "textarea",
        rows: 6,
        required: true,
        placeholder: "ssh-ed25519 AAAA… me@here",
      },
    ],
    submit: (values) => createKeyPair(textOf(values, "name"), textOf(values, "key")).then(after),
    done: (values) => `${textOf(values, "name")} was imported.`,
  });
}

function remove(pairs: KeyPair[], after: () => void): void {
  confirm({
    title: `Delete ${plural(pairs.length, "key pair")}?`,
    text: "Instances that were launched with it keep its public key. This cannot be undone.",
    names: pairs.map(({ name }) => name),
    button: "Delete Key Pairs",
    work: () => forEach(pairs, ({ name }) => deleteKeyPair(name)).finally(after),
    done: `Deleted ${plural(pairs.length, "key pair")}.`,
  });
}
