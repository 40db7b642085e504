"""The inputs of growth.py: texts and binaries with n parts of a kind."""

from dataclasses import dataclass
from typing import Callable

STATIC = ("validate", "inspect", "print", "parse -o /dev/null")


@dataclass
class Input:
    name: str
    make: Callable[[int], str | bytes]  # with n parts
    commands: tuple[str, ...]
    count: int = 2_000   # the smallest n
    most: int = 400_000  # the largest 4n, for instance because of a limit
    codes: tuple[int, ...] = (0,)  # exit codes that are right
    suffix: str = ".wat"
    memory: float | None = None  # most bytes of memory for each byte of input

    def __post_init__(self):
        self.most = max(self.most, 4 * self.count)


INPUTS: list[Input] = []


def repeated(before, part, after):
    """A text with n parts, in which `{i}` is the number of the part and `{p}` that of the one before."""
    def make(count):
        return before + "\n".join(part.replace("{i}", str(i)).replace("{p}", str(max(i - 1, 0)))
                                  for i in range(count)) + after
    return make


def component(name, part, before="", after="", commands=STATIC, **more):
    INPUTS.append(Input(f"component-{name}", repeated(f"(component {before}\n", part, f"{after})"),
                        commands, **more))


def module(name, part, before="", after="", commands=STATIC, **more):
    INPUTS.append(Input(f"module-{name}", repeated(f"(module {before}\n", part, f"{after})"),
                        commands, **more))


def script(name, part, before="", after="", **more):
    INPUTS.append(Input(f"script-{name}", repeated(before, part, after), ("wast",),
                        suffix=".wast", **more))


RUN = STATIC + ("run --invoke f()",)
F = '(core module $fm (func (export "f"))) (core instance $fi (instantiate $fm)) ' \
    '(func $f (canon lift (core func $fi "f")))'
EXPORT_F = '(export "f" (func $f))'

# --- Components: resources -------------------------------------------------------------------------

component("resource-imports", '(import "r{i}" (type (sub resource)))')
component("resource-definitions", "(type (resource (rep i32)))", F, EXPORT_F, RUN)
component("resource-exports",
          '(type $r{i} (resource (rep i32))) (export "r{i}" (type $r{i}))', F, EXPORT_F, RUN)
component("resource-in-instance", '(export "r{i}" (type (sub resource)))',
          '(import "i" (instance', "))")
component("resource-in-instances",
          '(import "i{i}" (instance (export "r" (type (sub resource)))))')
component("resource-interfaces",
          '(import "a:b/i{i}" (instance (export "r" (type (sub resource)))))')
component("resource-interfaces-packages",
          '(import "a:b{i}/i" (instance (export "r" (type (sub resource)))))')
component("resource-methods",
          '(import "r{i}" (type $r{i} (sub resource)))'
          '(import "[constructor]r{i}" (func (result (own $r{i}))))'
          '(import "[method]r{i}.m" (func (param "self" (borrow $r{i}))))'
          '(import "[static]r{i}.s" (func))')
component("resource-many-methods",
          '(import "[method]r.m{i}" (func (param "self" (borrow $r))))',
          '(import "r" (type $r (sub resource)))')
component("resource-methods-in-instance",
          '(export "r{i}" (type $r{i} (sub resource)))'
          '(export "[method]r{i}.m" (func (param "self" (borrow $r{i}))))',
          '(import "i" (instance', "))")
component("resource-handles",
          '(import "r{i}" (type $r{i} (sub resource)))'
          '(type $t{i} (list (own $r{i}))) (import "f{i}" (func (param "a" $t{i})))')
component("resource-canons",
          "(type $r{i} (resource (rep i32)))"
          "(core func (canon resource.new $r{i})) (core func (canon resource.drop $r{i}))"
          "(core func (canon resource.rep $r{i}))", F, EXPORT_F, RUN)
component("resource-reexports", '(export "e{i}" (type $r))',
          '(import "r" (type $r (sub resource)))')
component("resource-component-types",
          '(type (component (import "r" (type (sub resource))) (export "s" (type (sub resource)))))')
component("resource-in-component-type", '(import "r{i}" (type (sub resource)))'
          '(export "s{i}" (type (sub resource)))', "(type (component", "))")

# --- Components: types -----------------------------------------------------------------------------

component("records", '(type $t{i} (record (field "a{i}" u8) (field "b" string)))'
          '(import "t{i}" (type $n{i} (eq $t{i}))) (import "f{i}" (func (param "a" $n{i})))')
component("variants", '(type $t{i} (variant (case "a{i}" u8) (case "b" string)))'
          '(import "t{i}" (type $n{i} (eq $t{i}))) (import "f{i}" (func (result $n{i})))')
component("enums", '(type $t{i} (enum "a{i}" "b")) (export "t{i}" (type $t{i}))')
component("flags", '(type $t{i} (flags "a{i}" "b")) (export "t{i}" (type $t{i}))')
component("long-record", '(field "a{i}" u8)', "(type $t (record ", ')) (export "t" (type $t))')
component("long-variant", '(case "a{i}" u8)', "(type $t (variant ", ')) (export "t" (type $t))')
component("long-enum", '"a{i}"', "(type $t (enum ", ')) (export "t" (type $t))')
component("long-tuple", "u8", "(type $t (tuple ", ')) (export "t" (type $t))')
component("functions", '(import "f{i}" (func (param "a" u8)))')
component("function-exports", '(export "f{i}" (func $f))', F, EXPORT_F, RUN)
component("type-definitions", '(type (func (param "a{i}" u8)))', F, EXPORT_F, RUN)
component("outer-aliases", "(alias outer $c $t (type))", '$c (type $t u8) (component ', ")")
component("instance-types",
          '(type (instance (type $t (record (field "a{i}" u8))) (export "t" (type (eq $t)))))')
component("instance-type", '(type $t{i} (record (field "a{i}" u8))) (export "t{i}" (type (eq $t{i})))',
          '(import "i" (instance', "))")
component("instance-of-functions", '(export "f{i}" (func (param "a" u8)))',
          '(import "i" (instance', "))")

# --- Components: interfaces that share types -------------------------------------------------------

component("interfaces-use",
          '(alias export $i "r" (type $r{i}))'
          '(import "a:b/i{i}" (instance (alias outer $c $r{i} (type $o)) (export "r" (type $s (eq $o)))'
          '(export "f" (func (param "a" (own $s))))))',
          '$c (import "a:b/types" (instance $i (export "r" (type (sub resource)))))')
component("interfaces-export",
          '(instance $i{i} (export "f" (func $f))) (export "a:b/i{i}" (instance $i{i}))', F, EXPORT_F, RUN)
component("aliases", '(alias export $i "r" (type))',
          '(import "i" (instance $i (export "r" (type (sub resource)))))')


def named_fields(count):
    names = "\n".join(f'(import "n{i}" (type $n{i} (sub resource)))' for i in range(count))
    fields = " ".join(f'(field "a{i}" (own $n{i}))' for i in range(count))
    return (f'(component {names}\n(type $t (record {fields})) (import "t" (type $u (eq $t)))'
            '(import "f" (func (param "a" $u))))')


def used_interfaces(count):
    types = " ".join(f'(export "r{i}" (type (sub resource)))' for i in range(count))
    users = "\n".join(
        f'(alias export $i "r{i}" (type $r{i}))'
        f'(import "a:b/i{i}" (instance (alias outer $c $r{i} (type $o))'
        f' (export "r" (type $s (eq $o))) (export "f" (func (param "a" (own $s))))))'
        for i in range(count))
    return f'(component $c (import "a:b/types" (instance $i {types}))\n{users})'


def large_enum_names(count):
    """One type of size n with n names."""
    labels = " ".join(f'"l{i}"' for i in range(count))
    names = " ".join(f'(export "t{i}" (type $t))' for i in range(count))
    return f"(component (type $t (enum {labels})) {names})"


def chained_interfaces(count):
    """Each interface uses the type that the one before it uses."""
    users = "\n".join(
        f'(alias export $i{i} "r" (type $r{i}))'
        f'(import "a:b/i{i + 1}" (instance $i{i + 1} (alias outer $c $r{i} (type $o))'
        f' (export "r" (type $s (eq $o))) (export "f" (func (param "a" (own $s))))))'
        for i in range(count))
    return ('(component $c (import "a:b/i0" (instance $i0 (export "r" (type (sub resource)))))\n'
            f'{users})')


INPUTS += [
    Input("component-record-of-handles", named_fields, STATIC),
    Input("component-interfaces-use-each", used_interfaces, STATIC),
    # Chains of names are refused beyond some thousands.
    Input("component-interfaces-chained", chained_interfaces, STATIC, codes=(0, 1)),
    Input("component-large-enum-names", large_enum_names, STATIC, codes=(0, 1)),
]

# --- Components: instances and definitions ---------------------------------------------------------

component("nested-components", "(component)", F, EXPORT_F, RUN)
component("nested-instances", "(instance (instantiate $c))",
          f'{F} (component $c (type $t u8) (export "t" (type $t)))', EXPORT_F, RUN)
component("nested-own-resources", '(instance (instantiate $c))',
          f'{F} (component $c (type $t (resource (rep i32))) (export "t" (type $t)))', EXPORT_F, RUN)
component("nested-with-argument", '(instance (instantiate $c (with "f" (func $f))))',
          f'{F} (component $c (import "f" (func $f)) (export "g" (func $f)))', EXPORT_F, RUN)
component("inline-instances", '(instance (export "f" (func $f)))', F, EXPORT_F, RUN)
component("inline-exports", '(export "f{i}" (func $f))', f"{F} (instance ", f") {EXPORT_F}", RUN)
component("core-modules", "(core module)", F, EXPORT_F, RUN)
component("core-instances", "(core instance (instantiate $m))", f"{F} (core module $m)", EXPORT_F,
          RUN)
component("core-inline-instances", '(core instance (export "f" (func $fi "f")))', F, EXPORT_F, RUN)
component("core-aliases", '(alias core export $fi "f" (core func))', F, EXPORT_F, RUN)
component("core-types", "(core type (func (param i32)))", F, EXPORT_F, RUN)
component("core-subtypes", "(core type (sub $s (struct)))", "(core type $s (sub (struct)))")
component("core-module-types", '(core type (module (import "a{i}" "b" (func))))', F, EXPORT_F, RUN)
component("core-module-type", '(import "a{i}" "b" (func)) (export "e{i}" (func))',
          "(core type (module ", "))")
component("canon-lift", "(func (canon lift (core func $fi \"f\")))", F, EXPORT_F, RUN)
component("canon-lower", "(core func (canon lower (func $f)))", F, EXPORT_F, RUN)
component("long-names", '(export "a-long-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-n{i}" '
          "(func $f))", F, EXPORT_F, RUN)


def with_arguments(count):
    imports = " ".join(f'(import "a{i}" (func))' for i in range(count))
    arguments = " ".join(f'(with "a{i}" (func $f))' for i in range(count))
    return (f"(component {F} (component $c {imports})\n"
            f"(instance (instantiate $c {arguments})) {EXPORT_F})")


def with_resources(count):
    imports = " ".join(f'(import "a{i}" (type $t{i} (sub resource)))'
                       f'(import "f{i}" (func (param "a" (own $t{i}))))' for i in range(count))
    outer = " ".join(f'(import "a{i}" (type $t{i} (sub resource)))'
                     f'(import "f{i}" (func $f{i} (param "a" (own $t{i}))))' for i in range(count))
    arguments = " ".join(f'(with "a{i}" (type $t{i})) (with "f{i}" (func $f{i}))'
                         for i in range(count))
    return f"(component {outer} (component $c {imports})\n(instance (instantiate $c {arguments})))"


def core_with_arguments(count):
    imports = " ".join(f'(import "a{i}" "f" (func))' for i in range(count))
    arguments = " ".join(f'(with "a{i}" (instance $fi))' for i in range(count))
    return (f"(component {F} (core module $m {imports})\n"
            f"(core instance (instantiate $m {arguments})) {EXPORT_F})")


def component_subtyping(count):
    """An instance with n resource types and functions, for one that is asked for."""
    exports = " ".join(f'(export "r{i}" (type $r{i} (sub resource)))'
                       f'(export "f{i}" (func (param "a" (own $r{i}))))' for i in range(count))
    return (f'(component (import "i" (instance $i {exports}))\n'
            f'(component $c (import "i" (instance {exports})) (export "e" (instance 0)))\n'
            '(instance $j (instantiate $c (with "i" (instance $i)))) (export "j" (instance $j)))')


INPUTS += [
    Input("component-with-arguments", with_arguments, RUN),
    Input("component-with-resources", with_resources, STATIC),
    Input("component-core-with-arguments", core_with_arguments, RUN),
    Input("component-instance-for-instance", component_subtyping, STATIC),
]

# --- Modules ---------------------------------------------------------------------------------------

M = '(func (export "f"))'
MRUN = STATIC + ("run --invoke f",)

module("types", "(type (func (param i32 i64) (result f32)))", M, "", MRUN)
module("distinct-types", "(type (struct (field i32) (field (ref null {i}))))", M, "", MRUN)
module("rec-groups", "(rec (type (struct)) (type (struct (field (ref null 0)))))", M, "", MRUN)
module("rec-group", "(type (struct (field (ref null {i}))))", f"{M} (rec ", ")", MRUN)
module("functions", "(func (param i32) (result i32) local.get 0)", M, "", MRUN)
module("named-functions", "(func $a{i} (param $x i32) (local $y i32) (drop (local.get $x)))", M, "",
       MRUN)
module("calls", "call $f", "(func $f)(func ", f") {M}", MRUN)
module("instructions", "i32.const {i} drop", "(func ", f") {M}", MRUN, most=4_000_000)
module("locals", "(local i32) (local i64)", "(func ", f") {M}", MRUN, count=2_000, most=24_000)
module("exports", '(export "e{i}" (func 0))', M, "", MRUN)
module("imports", '(import "a" "b{i}" (func))', "", "", STATIC)
module("import-modules", '(import "a{i}" "b" (global i32))', "", "", STATIC)
module("globals", "(global (mut i32) (i32.const {i}))", M, "", MRUN)
module("global-chain", "(global $g{i} i32 (i32.const 1))", M, "", MRUN)
module("tables", "(table 1 funcref)", M, "", MRUN, most=96_000)
module("memories", "(memory 0)", M, "", STATIC, most=96_000)
module("tags", "(tag (param i32))", M, "", MRUN)
module("data", '(data (i32.const 0) "a{i}")', f"(memory 1) {M}", "", MRUN, most=96_000)
module("passive-data", '(data "a{i}")', M, "", MRUN, most=96_000)
module("elements", "(elem (i32.const 0) func 0)", f"(table 1 funcref) {M}", "", MRUN)
module("declared-elements", "(elem declare func 0)", M, "", MRUN)
module("long-element", "0 ", f"{M} (table 10 funcref) (elem func ", ")", MRUN)
module("long-data", '"abcdefghijklmnopqrstuvwxyz{i}"', f"{M} (data ", ")", MRUN)
module("custom-sections", '(@custom "c{i}" "abc")', M, "", MRUN)
module("branch-hints", '(@metadata.code.branch_hint "\\00") (if (i32.const 0) (then))', "(func ",
       f") {M}", MRUN)
module("branch-hint-functions",
       '(func (@metadata.code.branch_hint "\\00") (if (i32.const 0) (then)))', M, "", MRUN)
module("catches", "(catch $t 0)", "(tag $t) (func (try_table ", f")) {M}", MRUN)
module("try-tables", "(try_table (catch $t 0))", "(tag $t) (func ", f") {M}", MRUN)
module("branch-table", "0", "(func (br_table ", f" (i32.const 0))) {M}", MRUN, most=800_000)
module("branch-tables", "(block (br_table 0 0 0 (i32.const 0)))", "(func ", f") {M}", MRUN)
module("blocks", "(block (nop))", "(func ", f") {M}", MRUN)
module("branches-out", "(br_if 0 (i32.const 0))", "(func (block ", f")) {M}", MRUN)
module("subtypes", "(type $t{i} (sub $s (struct)))", f"(type $s (sub (struct))) {M}", "", MRUN)
module("casts", "(drop (ref.test (ref $t) (local.get 0)))",
       "(type $t (sub (struct))) (func (param anyref) ", f") {M}", MRUN)
module("strings-of-names", "(func $a-long-name-that-goes-on-and-on-and-on-and-on-and-on-{i})", M, "",
       MRUN)


def nested_blocks(count):
    return "(module (func " + "block " * count + "end " * count + f") {M})"


def nested_branches(count):
    return ("(module (func " + "block " * count + f"br {count - 1} " + "end " * count + f") {M})")


def deep_operands(count):
    return ("(module (func (result i32) " + "i32.const 1 " * count + "i32.add " * (count - 1) +
            f") {M})")


def subtype_chains(count):
    """Chains of 60 types, each below the one before it."""
    types = []
    for i in range(count):
        above = f"$t{i - 1} " if i % 60 else ""
        types.append(f"(type $t{i} (sub {above}(struct)))")
    return "(module " + "\n".join(types) + f" {M})"


def many_names(count):
    locals_ = " ".join(f"(local $l{i} i32)" for i in range(50))
    return "(module " + "\n".join(f"(func $f{i} {locals_})" for i in range(count)) + f" {M})"


def distinct_functions(count):
    types = ["i32", "i64", "f32", "f64"]
    functions = []
    for i in range(count):
        parameters = " ".join(types[(i >> (2 * bit)) & 3] for bit in range(10))
        functions.append(f"(func (param {parameters}))")
    return "(module " + "\n".join(functions) + f" {M})"


def leb(value):
    result = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        result.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(result)


def section(number, contents):
    return bytes([number]) + leb(len(contents)) + contents


def text_of(name):
    return leb(len(name)) + name.encode()


HEAD = b"\0asm\1\0\0\0"
COMPONENT_HEAD = b"\0asm\x0d\0\1\0"


def custom_sections(head):
    return lambda count: head + b"".join(section(0, text_of(f"c{i}") + b"abc") for i in range(count))


def producers(count):
    values = b"".join(text_of(f"v{i}") + text_of("1") for i in range(count))
    contents = text_of("producers") + leb(1) + text_of("language") + leb(count) + values
    return HEAD + section(0, contents)


def producers_sections(count):
    one = section(0, text_of("producers") + leb(1) + text_of("language") + leb(1) + text_of("C") +
                  text_of("1"))
    return HEAD + one * count


def name_sections(count):
    one = section(0, text_of("name") + section(0, text_of("a")))
    return HEAD + one * count


def component_names(count):
    names = b"".join(leb(i) + text_of(f"n{i}") for i in range(count))
    types = section(7, leb(count) + b"\x7f" * count)
    return COMPONENT_HEAD + types + section(
        0, text_of("component-name") + section(1, b"\x03" + leb(count) + names))


def component_sections(count):
    return COMPONENT_HEAD + section(7, leb(1) + b"\x7f") * count


def locals_runs(count):
    """A body whose locals are n runs of length 0 and one of length 1."""
    body = leb(count + 1) + b"\x00\x7f" * count + b"\x01\x7f" + b"\x0b"
    return (HEAD + section(1, b"\1\x60\0\0") + section(3, b"\1\0") +
            section(10, b"\1" + leb(len(body)) + body))


INPUTS += [
    Input("module-nested-blocks", nested_blocks, MRUN, most=80_000),
    Input("module-nested-branches", nested_branches, MRUN, most=80_000),
    Input("module-deep-operands", deep_operands, MRUN, most=800_000),
    Input("module-subtype-chains", subtype_chains, MRUN),
    Input("module-local-names", many_names, STATIC),
    Input("module-distinct-functions", distinct_functions, MRUN),
    Input("binary-custom-sections", custom_sections(HEAD), STATIC[:3], suffix=".wasm"),
    Input("binary-component-custom-sections", custom_sections(COMPONENT_HEAD), STATIC[:3],
          suffix=".wasm"),
    Input("binary-producers", producers, STATIC[:3], suffix=".wasm"),
    Input("binary-producers-sections", producers_sections, STATIC[:3], suffix=".wasm"),
    Input("binary-name-sections", name_sections, STATIC[:3], suffix=".wasm"),
    Input("binary-component-names", component_names, STATIC[:3], suffix=".wasm"),
    Input("binary-component-sections", component_sections, STATIC[:3], suffix=".wasm"),
    Input("binary-locals-runs", locals_runs, STATIC[:3], suffix=".wasm"),
]

# --- Scripts ---------------------------------------------------------------------------------------

script("quoted", '(assert_malformed (module quote "(func (bogus))") "unknown operator")')
script("malformed", '(assert_malformed (module (func (bogus))) "unknown operator")')
script("invalid", '(assert_invalid (module (func (result i32))) "type mismatch")')
script("modules", "(module)", count=4_000, most=90_000)  # all stay in the store
script("definitions", "(module definition)", memory=20)
script("actions", '(assert_return (invoke "f" (i32.const {i})) (i32.const {i}))',
       '(module (func (export "f") (param i32) (result i32) local.get 0))', memory=20)
script("failures", '(assert_return (invoke "f") (i32.const {i}))',
       '(module (func (export "f")))', codes=(1,))
script("registers", '(register "r{i}")', "(module)")
script("component-quoted", '(assert_malformed (component quote "(bogus)") "unexpected")', codes=(0, 1))
script("components-invalid",
       '(assert_invalid (component (export "f" (func 0))) "function index out of bounds")')
script("components", "(component)", most=90_000)
script("lines", "", after="(module)", memory=20, most=8_000_000)
