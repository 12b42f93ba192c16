// SPDX-License-Identifier: Apache-2.0
/** How values become bytes: deterministic CBOR (RFC 8949 section 4.2) with a strict decoder, and length-prefixed frames. */
@org.jspecify.annotations.NullMarked
module io.peerkit.cbor {
    requires transitive io.peerkit.api;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.dataformat.cbor;
    requires static transitive org.jspecify;

    exports io.peerkit.cbor;
}
