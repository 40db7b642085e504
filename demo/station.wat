;; A station of five components. They share no memory: whatever passes between them is copied by the
;; Canonical ABI, and a resource is only ever seen through a handle.
;;
;;   bridge ──▶ journal     a resource that keeps lines of text
;;         ├──▶ translator  strings, which it keeps in UTF-16 while its callers use UTF-8
;;         └──▶ gauge       lists and records
;;   probe                  fails when it does not like its input
(component $station

  ;; Every component gets its own memory and allocator out of this module.
  (core module $Allocator
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
      (result i32)
      (local $new i32)
      ;; new = round_up(free, align); memory beyond the first page is not needed here
      (local.set $new
        (i32.and (i32.sub (i32.add (global.get $free) (local.get $align)) (i32.const 1))
                 (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $new) (local.get $size)))
      (if (i32.gt_u (global.get $free) (i32.const 65536)) (then unreachable))
      (memory.copy (local.get $new) (local.get $old) (local.get $old_size))
      (local.get $new))
    ;; What was allocated for one call is given back when its result has been read.
    (func (export "reset") (global.set $free (i32.const 4096))))

  (component $Journal
    (alias outer $station $Allocator (core module $Allocator))
    (core instance $allocator (instantiate $Allocator))
    (core module $Main
      (import "allocator" "memory" (memory 1))
      (global $next (mut i32) (i32.const 64))
      (global $open (mut i32) (i32.const 0))
      ;; A journal is a number: the address of its text. The length is stored just before the text.
      (func (export "open") (result i32)
        (global.set $open (i32.add (global.get $open) (i32.const 1)))
        (i32.store (global.get $next) (i32.const 0))
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (i32.const 512))))
      (func (export "write") (param $journal i32) (param $text i32) (param $length i32)
        (local $end i32)
        (local.set $end (i32.add (i32.add (local.get $journal) (i32.const 4))
                                 (i32.load (local.get $journal))))
        (memory.copy (local.get $end) (local.get $text) (local.get $length))
        (i32.store8 (i32.add (local.get $end) (local.get $length)) (i32.const 10))
        (i32.store (local.get $journal)
          (i32.add (i32.load (local.get $journal)) (i32.add (local.get $length) (i32.const 1)))))
      (func (export "text") (param $journal i32) (result i32)
        (i32.store (i32.const 8) (i32.add (local.get $journal) (i32.const 4)))
        (i32.store (i32.const 12) (i32.load (local.get $journal)))
        (i32.const 8))
      (func (export "close") (param $journal i32)
        (global.set $open (i32.sub (global.get $open) (i32.const 1))))
      (func (export "count") (result i32) (global.get $open)))
    (core instance $main (instantiate $Main (with "allocator" (instance $allocator))))

    (type $journal' (resource (rep i32) (dtor (core func $main "close"))))
    (core func $new (canon resource.new $journal'))
    (core module $Constructor
      (import "" "open" (func $open (result i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "construct") (result i32) (call $new (call $open))))
    (core instance $constructor (instantiate $Constructor
      (with "" (instance (export "open" (func $main "open")) (export "new" (func $new))))))

    (export $journal "journal" (type $journal'))
    (func (export "[constructor]journal") (result (own $journal))
      (canon lift (core func $constructor "construct")))
    (func (export "[method]journal.write") (param "self" (borrow $journal)) (param "line" string)
      (canon lift (core func $main "write") (memory (core memory $allocator "memory"))
                  (realloc (core func $allocator "realloc")) (post-return (core func $allocator "reset"))))
    (func (export "[method]journal.text") (param "self" (borrow $journal)) (result string)
      (canon lift (core func $main "text") (memory (core memory $allocator "memory"))))
    (func (export "count") (result u32) (canon lift (core func $main "count"))))

  (component $Translator
    (alias outer $station $Allocator (core module $Allocator))
    (core instance $allocator (instantiate $Allocator))
    (core module $Main
      (import "allocator" "memory" (memory 1))
      ;; Capital letters for a to z, in place; code units are 16 bits.
      (func (export "capitals") (param $text i32) (param $units i32) (result i32)
        (local $at i32) (local $end i32) (local $unit i32)
        (i32.store (i32.const 8) (local.get $text))
        (i32.store (i32.const 12) (local.get $units))
        (local.set $at (local.get $text))
        (local.set $end (i32.add (local.get $text) (i32.shl (local.get $units) (i32.const 1))))
        (block $done
          (loop $next
            (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $unit (i32.load16_u (local.get $at)))
            (if (i32.lt_u (i32.sub (local.get $unit) (i32.const 97)) (i32.const 26))
              (then (i32.store16 (local.get $at) (i32.sub (local.get $unit) (i32.const 32)))))
            (local.set $at (i32.add (local.get $at) (i32.const 2)))
            (br $next)))
        (i32.const 8)))
    (core instance $main (instantiate $Main (with "allocator" (instance $allocator))))
    (func (export "capitals") (param "text" string) (result string)
      (canon lift (core func $main "capitals") string-encoding=utf16 (memory (core memory $allocator "memory"))
                  (realloc (core func $allocator "realloc")))))

  (component $Gauge
    (alias outer $station $Allocator (core module $Allocator))
    (core instance $allocator (instantiate $Allocator))
    (core module $Main
      (import "allocator" "memory" (memory 1))
      ;; The record { count, lowest, highest, mean } of a list of readings.
      (func (export "summarize") (param $list i32) (param $count i32) (result i32)
        (local $i i32) (local $value i32) (local $lowest i32) (local $highest i32) (local $sum i64)
        (local.set $lowest (i32.const 0x7fffffff))
        (local.set $highest (i32.const 0x80000000))
        (block $done
          (loop $next
            (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
            (local.set $value
              (i32.load (i32.add (local.get $list) (i32.shl (local.get $i) (i32.const 2)))))
            (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s (local.get $value))))
            (if (i32.lt_s (local.get $value) (local.get $lowest))
              (then (local.set $lowest (local.get $value))))
            (if (i32.gt_s (local.get $value) (local.get $highest))
              (then (local.set $highest (local.get $value))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $next)))
        (i32.store (i32.const 8) (local.get $count))
        (i32.store (i32.const 12) (local.get $lowest))
        (i32.store (i32.const 16) (local.get $highest))
        (f64.store (i32.const 24)
          (f64.div (f64.convert_i64_s (local.get $sum)) (f64.convert_i32_u (local.get $count))))
        (i32.const 8)))
    (core instance $main (instantiate $Main (with "allocator" (instance $allocator))))
    (type $summary' (record (field "count" u32) (field "lowest" s32) (field "highest" s32)
                            (field "mean" f64)))
    (export $summary "summary" (type $summary'))
    (func (export "summarize") (param "readings" (list s32)) (result $summary)
      (canon lift (core func $main "summarize") (memory (core memory $allocator "memory"))
                  (realloc (core func $allocator "realloc")))))

  (component $Probe
    (alias outer $station $Allocator (core module $Allocator))
    (core instance $allocator (instantiate $Allocator))
    (core module $Main
      (import "allocator" "memory" (memory 1))
      (func $digit (param $at i32) (result i32)
        (local $digit i32)
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        ;; A probe that meets anything but a digit breaks.
        (if (i32.gt_u (local.get $digit) (i32.const 9)) (then unreachable))
        (local.get $digit))
      (func $measure (export "measure") (param $text i32) (param $length i32) (result i32)
        (local $value i32)
        (loop $next
          (if (local.get $length)
            (then
              (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10))
                                         (call $digit (local.get $text))))
              (local.set $text (i32.add (local.get $text) (i32.const 1)))
              (local.set $length (i32.sub (local.get $length) (i32.const 1)))
              (br $next))))
        (local.get $value)))
    (core instance $main (instantiate $Main (with "allocator" (instance $allocator))))
    (func (export "measure") (param "sample" string) (result u32)
      (canon lift (core func $main "measure") (memory (core memory $allocator "memory"))
                  (realloc (core func $allocator "realloc")))))

  (component $Bridge
    (import "journal" (instance $journal
      (export "journal" (type $journal (sub resource)))
      (export "[constructor]journal" (func (result (own $journal))))
      (export "[method]journal.write" (func (param "self" (borrow $journal)) (param "line" string)))
      (export "[method]journal.text" (func (param "self" (borrow $journal)) (result string)))))
    (import "translator" (instance $translator
      (export "capitals" (func (param "text" string) (result string)))))
    (import "gauge" (instance $gauge
      (type $summary' (record (field "count" u32) (field "lowest" s32) (field "highest" s32)
                              (field "mean" f64)))
      (export "summary" (type $summary (eq $summary')))
      (export "summarize" (func (param "readings" (list s32)) (result $summary)))))

    (alias outer $station $Allocator (core module $Allocator))
    (core instance $allocator (instantiate $Allocator))
    (alias export $journal "journal" (type $Journal))
    (core func $open (canon lower (func $journal "[constructor]journal")))
    (core func $write (canon lower (func $journal "[method]journal.write")
                                   (memory (core memory $allocator "memory"))))
    (core func $text (canon lower (func $journal "[method]journal.text")
                                  (memory (core memory $allocator "memory")) (realloc (core func $allocator "realloc"))))
    (core func $close (canon resource.drop $Journal))
    (core func $capitals (canon lower (func $translator "capitals")
                                      (memory (core memory $allocator "memory"))
                                      (realloc (core func $allocator "realloc"))))
    (core func $summarize (canon lower (func $gauge "summarize") (memory (core memory $allocator "memory"))))
    (core module $Main
      (import "allocator" "memory" (memory 1))
      (import "allocator" "reset" (func $reset))
      (import "journal" "open" (func $open (result i32)))
      (import "journal" "write" (func $write (param i32 i32 i32)))
      (import "journal" "text" (func $text (param i32 i32)))
      (import "journal" "close" (func $close (param i32)))
      (import "translator" "capitals" (func $capitals (param i32 i32 i32)))
      (import "gauge" "summarize" (func $summarize (param i32 i32 i32)))
      (data (i32.const 1024) "lowest highest count ")
      (global $end (mut i32) (i32.const 0))

      ;; Appends `length` bytes to the line that is being made at 2048.
      (func $append (param $text i32) (param $length i32)
        (memory.copy (global.get $end) (local.get $text) (local.get $length))
        (global.set $end (i32.add (global.get $end) (local.get $length))))
      (func $append_number (param $value i32)
        (if (i32.lt_s (local.get $value) (i32.const 0))
          (then
            (i32.store8 (global.get $end) (i32.const 45))
            (global.set $end (i32.add (global.get $end) (i32.const 1)))
            (local.set $value (i32.sub (i32.const 0) (local.get $value)))))
        (if (i32.ge_u (local.get $value) (i32.const 10))
          (then (call $append_number (i32.div_u (local.get $value) (i32.const 10)))))
        (i32.store8 (global.get $end)
          (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
        (global.set $end (i32.add (global.get $end) (i32.const 1))))
      (func $write_entry (param $journal i32) (param $label i32) (param $length i32) (param $value i32)
        (global.set $end (i32.const 2048))
        (call $append (local.get $label) (local.get $length))
        (call $append_number (local.get $value))
        (call $write (local.get $journal) (i32.const 2048) (i32.sub (global.get $end) (i32.const 2048))))

      (func (export "report") (param $title i32) (param $title_length i32)
                              (param $readings i32) (param $count i32) (result i32)
        (local $journal i32)
        (local.set $journal (call $open))
        (call $capitals (local.get $title) (local.get $title_length) (i32.const 16))
        (call $write (local.get $journal) (i32.load (i32.const 16)) (i32.load (i32.const 20)))
        (call $summarize (local.get $readings) (local.get $count) (i32.const 32))
        (call $write_entry (local.get $journal) (i32.const 1024) (i32.const 7)
                           (i32.load (i32.const 36)))
        (call $write_entry (local.get $journal) (i32.const 1031) (i32.const 8)
                           (i32.load (i32.const 40)))
        (call $write_entry (local.get $journal) (i32.const 1039) (i32.const 6)
                           (i32.load (i32.const 32)))
        (call $text (local.get $journal) (i32.const 8))
        (call $close (local.get $journal))
        (i32.const 8))
      (func (export "report_done") (param i32) (call $reset)))
    (core instance $main (instantiate $Main
      (with "allocator" (instance $allocator))
      (with "journal" (instance
        (export "open" (func $open)) (export "write" (func $write))
        (export "text" (func $text)) (export "close" (func $close))))
      (with "translator" (instance (export "capitals" (func $capitals))))
      (with "gauge" (instance (export "summarize" (func $summarize))))))
    (func (export "report") (param "title" string) (param "readings" (list s32)) (result string)
      (canon lift (core func $main "report") (memory (core memory $allocator "memory"))
                  (realloc (core func $allocator "realloc"))
                  (post-return (core func $main "report_done")))))

  (instance $journal (instantiate $Journal))
  (instance $translator (instantiate $Translator))
  (instance $gauge (instantiate $Gauge))
  (instance $probe (instantiate $Probe))
  (instance $bridge (instantiate $Bridge
    (with "journal" (instance $journal))
    (with "translator" (instance $translator))
    (with "gauge" (instance $gauge))))
  (export "journal" (instance $journal))
  (export "translator" (instance $translator))
  (export "gauge" (instance $gauge))
  (export "probe" (instance $probe))
  (export "bridge" (instance $bridge)))
