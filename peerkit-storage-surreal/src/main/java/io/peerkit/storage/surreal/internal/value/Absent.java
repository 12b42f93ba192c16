// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

/** The two ways in which SurrealDB says that there is nothing. */
public enum Absent {
    /** No value: a field that is not there, a record that does not exist. CBOR tag 6. */
    NONE,
    /** A value that is null. */
    NULL
}
