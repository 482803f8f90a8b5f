// Bundles src/ into ../imagegarden/static/dist under names that follow from the contents, and writes manifest.json:
// logical name -> built name. The manifest is replaced last, so a running site never reads half a build.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { shapes } from "./src/css/shapes.mjs";
import { ICONS } from "./src/img/icons.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "../imagegarden/static/dist");
const PACKAGES = join(HERE, "node_modules");
// What `asset_url` may be asked for besides the entry points.
const FONTS = {
  "inter.woff2": "inter-latin-wght-normal",
  "fraunces.woff2": "fraunces-latin-wght-normal",
};

function hashed(name, contents) {
  const hash = createHash("sha256").update(contents).digest("base64url").replace(/[-_]/g, "").slice(0, 8).toUpperCase();
  const [stem, extension] = name.split(/\.(?=\w+$)/);
  return `${stem}-${hash}.${extension}`;
}

// One file with every icon that a template names; the browser keeps it for ever.
async function sprite() {
  const symbols = await Promise.all(
    ICONS.map(async (name) => {
      const svg = await readFile(join(PACKAGES, "lucide-static/icons", `${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC license: https://lucide.dev/license -->${symbols.join("")}</svg>\n`;
}

// The style sheet of shapes is reckoned, not written.
const SHAPES = {
  name: "shapes",
  setup(builder) {
    builder.onResolve({ filter: /^shapes:/ }, (asked) => ({ path: asked.path, namespace: "shapes" }));
    builder.onLoad({ filter: /.*/, namespace: "shapes" }, () => ({ contents: shapes(), loader: "css" }));
  },
};

async function build() {
  const result = await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: ["src/css/app.css", "src/js/app.js", "src/js/public.js", "src/js/lightbox.js", "src/js/theme.js", "src/js/checkout.js", "src/js/test-checkout.js"],
    outdir: DIST,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome111", "firefox114", "safari16.4"],
    loader: { ".woff2": "file" },
    plugins: [SHAPES],
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });

  const manifest = {};
  const kept = new Set(["manifest.json", ".built"]);
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const built = basename(path);
    kept.add(built);
    if (output.entryPoint) {
      manifest[basename(output.entryPoint)] = built;
    }
    for (const [name, stem] of Object.entries(FONTS)) {
      if (built.startsWith(stem)) {
        manifest[name] = built;
      }
    }
  }
  const icons = await sprite();
  manifest["icons.svg"] = hashed("icons.svg", icons);
  kept.add(manifest["icons.svg"]);
  await writeFile(join(DIST, manifest["icons.svg"]), icons);

  await writeFile(join(DIST, "manifest.partial"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(DIST, "manifest.partial"), join(DIST, "manifest.json"));
  for (const name of await readdir(DIST)) {
    if (!kept.has(name)) {
      await rm(join(DIST, name), { recursive: true });
    }
  }
}

await mkdir(DIST, { recursive: true });
await build();
