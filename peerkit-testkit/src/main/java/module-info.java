// SPDX-License-Identifier: Apache-2.0
/** Peerkit. */
@org.jspecify.annotations.NullMarked
module io.peerkit.testkit {
    requires transitive io.peerkit.api;
    requires static transitive org.jspecify;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;

    exports io.peerkit.testkit.storage;
}
