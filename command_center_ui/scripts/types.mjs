/* Writes src/wire/types.gen.ts from openapi.json. With --check it writes nothing and fails when the file has drifted. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@hey-api/openapi-ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src/wire/types.gen.ts");

async function generate() {
  const folder = await mkdtemp(join(tmpdir(), "kentongan-types-"));
  try {
    await createClient({
      input: join(root, "openapi.json"),
      output: { path: folder, clean: false, entryFile: false },
      plugins: [{ name: "@hey-api/typescript", enums: false }],
      logs: { level: "error" },
    });
    return await readFile(join(folder, "types.gen.ts"), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

const fresh = await generate();
if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== fresh) {
    console.error("src/wire/types.gen.ts does not match openapi.json. Run `npm run types` and look at what changed.");
    process.exit(1);
  }
} else {
  await writeFile(target, fresh);
}
