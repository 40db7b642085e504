// Compiles heap.mbt to WebAssembly with garbage collection.
// Usage: node build.mjs OUTPUT TOOLS
//
// The npm package of MoonBit's playground has the compiler, as a web worker, and the standard
// library: its sources, and its interfaces for another target. The interfaces are enough for
// packages that are only referred to; `abort` and `builtin`, which the program uses, are compiled
// from their sources.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [output, tools] = process.argv.slice(2);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const distribution = path.join(tools, 'node_modules/@moonbit/moonpad-monaco/dist');

/** The files that the playground's bundle carries: path → content. */
function library() {
  const bundle = fs.readFileSync(path.join(distribution, 'moonpad-monaco.js'), 'utf8');
  const contents = new Map();
  for (const [, name, base64] of bundle.matchAll(/([\w$]+) = (?:\/\*.*?\*\/ )?\w+\("([\w+/=]*)"\)/g))
    contents.set(name, base64);
  const files = new Map();
  for (const [, file, name] of bundle.matchAll(/^\w+\["(\/lib\/core\/[^"]+)"\] = ([\w$]+);/gm))
    if (contents.has(name)) files.set(file, Buffer.from(contents.get(name), 'base64'));
  return files;
}

/** Loads the worker into this context and returns a function that calls it (protocol: Comlink). */
function compiler() {
  let receive;
  const waiting = new Map();
  const endpoint = {
    addEventListener: (_, listener) => (receive = listener),
    postMessage: (answer) => waiting.get(answer.id)(answer),
  };
  Object.assign(globalThis, endpoint, { self: globalThis, require: createRequire(import.meta.url) });
  (0, eval)(fs.readFileSync(path.join(distribution, 'moonc-worker.js'), 'utf8'));
  let calls = 0;
  return (name, parameters) =>
    new Promise((resolve, reject) => {
      const id = `call ${++calls}`;
      waiting.set(id, ({ type, value }) =>
        type === 'HANDLER' ? reject(new Error(JSON.stringify(value))) : resolve(value));
      const argumentList = [{ type: 'RAW', value: parameters }];
      receive({ data: { id, type: 'APPLY', path: [name], argumentList }, origin: '' });
    });
}

const files = library();
const call = compiler();
const packages = JSON.parse(files.get('/lib/core/_build/packages.json')).packages;
const interfaces = [...files].filter(([file]) => file.endsWith('.mi'));
const shared = { target: 'wasm-gc', errorFormat: 'human', noOpt: false };

async function build(pkg, sources, root, isMain, miFiles, stdMiFiles) {
  const { core, mi, diagnostics } = await call('buildPackage', {
    ...shared, pkg, isMain, miFiles, stdMiFiles, mbtFiles: sources, indirectImportMiFiles: [],
    pkgSources: [`${pkg}:${root}`], enableValueTracing: false });
  if (!core) throw new Error(`${pkg}: ${diagnostics.join('\n').slice(0, 2000)}`);
  return { core, mi };
}

function buildCore(name, miFiles, stdMiFiles) {
  const sources = Object.entries(packages.find((each) => each.rel === name).files)
    .filter(([, { backend, optlevel }]) => backend.includes('WasmGC') && optlevel.includes('Release'))
    .map(([file]) => file.replace('moonbit-core:', ''))
    .map((file) => [file, files.get(file).toString()]);
  return build(`moonbitlang/core/${name}`, sources, `/lib/core/${name}`, false, miFiles, stdMiFiles);
}

const interfaceFile = (name) => interfaces.find(([file]) => file.endsWith(`/${name}.mi`))[0];
const abort = await buildCore('abort', [], []);
const abortFile = interfaceFile('abort');
const builtin = await buildCore('builtin', [[`${abortFile}:abort`, abort.mi]], [[abortFile, abort.mi]]);
const compiled = new Map([[abortFile, abort.mi], [interfaceFile('builtin'), builtin.mi]]);
const standard = interfaces.map(([file, bytes]) => [file, compiled.get(file) ?? bytes]);
const source = fs.readFileSync(path.join(here, 'heap.mbt'), 'utf8');
const program = await build('demo/heap', [['/demo/heap.mbt', source]], '/demo', true, [], standard);
const coreFiles = [abort, builtin, program].map(({ core }) => core);
const { result } = await call('linkCore', {
  ...shared, coreFiles, main: 'demo/heap', pkgSources: ['demo/heap:/demo'],
  exportedFunctions: ['tree', 'words', 'sorted', 'area', 'circles'], outputFormat: 'wasm',
  testMode: false, debug: false, sourceMap: false, sources: {}, stopOnMain: false });
fs.writeFileSync(output, result);
