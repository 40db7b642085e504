;; A command that asks for a socket and sends a request, as components of other people do whether or
;; not there is a network. Its exit code is 100 times the number of the socket's error and the
;; number of the request's: 1 (access-denied) and 15 (HTTP-request-denied) make 115.
(component
  (import "wasi:sockets/network@0.2.0" (instance $network
    (type $error' (enum "unknown" "access-denied" "not-supported" "invalid-argument"
      "out-of-memory" "timeout" "concurrency-conflict" "not-in-progress" "would-block"
      "invalid-state" "new-socket-limit" "address-not-bindable" "address-in-use"
      "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
      "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
      "permanent-resolver-failure"))
    (export "error-code" (type (eq $error')))
    (type $family' (enum "ipv4" "ipv6"))
    (export "ip-address-family" (type (eq $family')))))
  (alias export $network "error-code" (type $socket-error))
  (alias export $network "ip-address-family" (type $family))
  (import "wasi:sockets/tcp@0.2.0" (instance $tcp (export "tcp-socket" (type (sub resource)))))
  (alias export $tcp "tcp-socket" (type $socket))
  (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
    (alias outer 1 $socket-error (type $e')) (export "error-code" (type $e (eq $e')))
    (alias outer 1 $family (type $f')) (export "ip-address-family" (type $f (eq $f')))
    (alias outer 1 $socket (type $s')) (export "tcp-socket" (type $s (eq $s')))
    (export "create-tcp-socket"
      (func (param "address-family" $f) (result (result (own $s) (error $e)))))))

  (import "wasi:http/types@0.2.4" (instance $http
    (type $size' (record (field "field-name" (option string)) (field "field-size" (option u32))))
    (export "field-size-payload" (type $size (eq $size')))
    (type $dns' (record (field "rcode" (option string)) (field "info-code" (option u16))))
    (export "DNS-error-payload" (type $dns (eq $dns')))
    (type $tls' (record (field "alert-id" (option u8)) (field "alert-message" (option string))))
    (export "TLS-alert-received-payload" (type $tls (eq $tls')))
    (type $error' (variant (case "DNS-timeout") (case "DNS-error" $dns)
      (case "destination-not-found") (case "destination-unavailable")
      (case "destination-IP-prohibited") (case "destination-IP-unroutable")
      (case "connection-refused") (case "connection-terminated") (case "connection-timeout")
      (case "connection-read-timeout") (case "connection-write-timeout")
      (case "connection-limit-reached") (case "TLS-protocol-error") (case "TLS-certificate-error")
      (case "TLS-alert-received" $tls) (case "HTTP-request-denied")
      (case "HTTP-request-length-required") (case "HTTP-request-body-size" (option u64))
      (case "HTTP-request-method-invalid") (case "HTTP-request-URI-invalid")
      (case "HTTP-request-URI-too-long") (case "HTTP-request-header-section-size" (option u32))
      (case "HTTP-request-header-size" (option $size))
      (case "HTTP-request-trailer-section-size" (option u32))
      (case "HTTP-request-trailer-size" $size) (case "HTTP-response-incomplete")
      (case "HTTP-response-header-section-size" (option u32))
      (case "HTTP-response-header-size" $size) (case "HTTP-response-body-size" (option u64))
      (case "HTTP-response-trailer-section-size" (option u32))
      (case "HTTP-response-trailer-size" $size)
      (case "HTTP-response-transfer-coding" (option string))
      (case "HTTP-response-content-coding" (option string)) (case "HTTP-response-timeout")
      (case "HTTP-upgrade-failed") (case "HTTP-protocol-error") (case "loop-detected")
      (case "configuration-error") (case "internal-error" (option string))))
    (export "error-code" (type (eq $error')))
    (export "fields" (type $fields (sub resource)))
    (export "headers" (type $headers (eq $fields)))
    (export "outgoing-request" (type $request (sub resource)))
    (export "request-options" (type (sub resource)))
    (export "future-incoming-response" (type (sub resource)))
    (export "[constructor]fields" (func (result (own $fields))))
    (export "[constructor]outgoing-request"
      (func (param "headers" (own $headers)) (result (own $request))))))
  (alias export $http "error-code" (type $http-error))
  (alias export $http "outgoing-request" (type $request))
  (alias export $http "request-options" (type $options))
  (alias export $http "future-incoming-response" (type $response))
  (import "wasi:http/outgoing-handler@0.2.4" (instance $handler
    (alias outer 1 $http-error (type $e')) (export "error-code" (type $e (eq $e')))
    (alias outer 1 $request (type $q')) (export "outgoing-request" (type $q (eq $q')))
    (alias outer 1 $options (type $o')) (export "request-options" (type $o (eq $o')))
    (alias outer 1 $response (type $r')) (export "future-incoming-response" (type $r (eq $r')))
    (export "handle" (func (param "request" (own $q)) (param "options" (option (own $o)))
      (result (result (own $r) (error $e)))))))
  (import "wasi:cli/exit@0.2.12" (instance $exit
    (export "exit-with-code" (func (param "status-code" u8)))))

  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $m))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $create' (canon lower (func $create "create-tcp-socket") (memory $m)))
  (core func $fields' (canon lower (func $http "[constructor]fields")))
  (core func $request' (canon lower (func $http "[constructor]outgoing-request")))
  (core func $handle' (canon lower (func $handler "handle") (memory $m) (realloc $realloc)))
  (core func $exit' (canon lower (func $exit "exit-with-code")))

  (core module $main
    (import "memory" "memory" (memory 1))
    (import "host" "create" (func $create (param i32 i32)))
    (import "host" "fields" (func $fields (result i32)))
    (import "host" "request" (func $request (param i32) (result i32)))
    (import "host" "handle" (func $handle (param i32 i32 i32 i32)))
    (import "host" "exit" (func $exit (param i32)))
    (func (export "run") (result i32)
      (call $create (i32.const 0) (i32.const 0))
      (call $handle (call $request (call $fields)) (i32.const 0) (i32.const 0) (i32.const 64))
      (if (i32.eqz (i32.and (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 64))))
        (then (call $exit (i32.const 0))))
      (call $exit (i32.add (i32.mul (i32.load8_u (i32.const 4)) (i32.const 100))
                           (i32.load8_u (i32.const 72))))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "create" (func $create')) (export "fields" (func $fields'))
      (export "request" (func $request')) (export "handle" (func $handle'))
      (export "exit" (func $exit'))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
