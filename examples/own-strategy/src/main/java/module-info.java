// SPDX-License-Identifier: Apache-2.0
/** A distribution strategy of one's own. */
@org.jspecify.annotations.NullMarked
module io.peerkit.examples.strategy {
    requires io.peerkit.api;
    requires static org.jspecify;
}
