;; Meta commands (the reference interpreter's README, "Scripts").

(script $inner
  (module $m (func (export "f") (result i32) (i32.const 1)))
  (assert_return (invoke "f") (i32.const 1))
  (script (assert_return (invoke $m "f") (i32.const 1))))
(assert_return (invoke $m "f") (i32.const 1))

(input $answer "input/answer.wat")
(assert_return (invoke $answer "answer") (i32.const 42))
(assert_return (invoke "answer") (i32.const 42))

;; Alternatives, and patterns of NaNs, also within alternatives and lanes.
(module
  (func (export "nan") (result f32) (f32.const -nan))
  (func (export "arithmetic") (result f64) (f64.const nan:0xc000000000000))
  (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2)))
(assert_return (invoke "nan") (f32.const nan:canonical))
(assert_return (invoke "nan") (f32.const nan:arithmetic))
(assert_return (invoke "arithmetic") (f64.const nan:arithmetic))
(assert_return (invoke "nan") (either (f32.const 0) (f32.const nan:canonical)))
(assert_return (invoke "two") (i32.const 1) (either (i64.const 1) (i64.const 2)))

;; One definition, two instances; without a name, the latest one is used.
(module definition $counter
  (global $n (mut i32) (i32.const 0))
  (func (export "next") (result i32)
    (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (global.get $n)))
(module instance $a $counter)
(module instance $b $counter)
(assert_return (invoke $a "next") (i32.const 1))
(assert_return (invoke $a "next") (i32.const 2))
(assert_return (invoke $b "next") (i32.const 1))
(assert_return (invoke "next") (i32.const 2))
(module instance $counter)
(assert_return (invoke "next") (i32.const 1))

;; Binary and quoted definitions.
(module definition $empty binary "\00asm" "\01\00\00\00")
(module instance $empty)
(module definition $quoted quote "(func (export \"g\") (result i32) (i32.const 3))")
(module instance $q $quoted)
(assert_return (invoke $q "g") (i32.const 3))

;; The contents of custom sections.
(module quote "(@custom \"metadata.code.branch_hint\" (before code) \"junk\") (func)")
(assert_malformed_custom
  (module quote "(@custom \"metadata.code.branch_hint\" (before code) \"junk\") (func)")
  "unexpected end")
(assert_malformed_custom
  (module quote "(@custom \"metadata.code.branch_hint\" (after code) \"\\00\") (func)")
  "@metadata.code.branch_hint section: misplaced")
(assert_invalid_custom
  (module quote "(@custom \"metadata.code.branch_hint\" (before code) \"\\01\\00\\01\\01\\01\\00\") (func)")
  "@metadata.code.branch_hint section: invalid target")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\06\04name\02")
  "unexpected end")
