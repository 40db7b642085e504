// Makes the JavaScript component. Usage: node build.mjs OUTPUT TOOLS, where TOOLS is the folder in
// which componentize-js is installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [output, tools] = process.argv.slice(2);
const entry = 'node_modules/@bytecodealliance/componentize-js/src/componentize.js';
const { componentize } = await import(pathToFileURL(resolve(tools, entry)));
const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const { component } = await componentize(read('shapes.js'), read('shapes.wit'));
writeFileSync(output, component);
