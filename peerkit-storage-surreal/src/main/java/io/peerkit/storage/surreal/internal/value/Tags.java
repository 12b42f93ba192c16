// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

/**
 * The CBOR tags of SurrealDB's protocol.
 *
 * @see <a href="https://surrealdb.com/docs/surrealdb/integration/cbor">SurrealDB, CBOR protocol</a>
 */
final class Tags {
    static final int NONE = 6;
    static final int RECORD_ID = 8;
    static final int DECIMAL = 10;
    static final int DATETIME = 12;
    static final int DURATION = 14;
    static final int UUID = 37;
    static final int RANGE = 49;
    static final int INCLUDED = 50;
    static final int EXCLUDED = 51;

    private Tags() {}
}
