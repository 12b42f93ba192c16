// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

/**
 * A live query and who hears of it.
 *
 * @param query beginning with {@code LIVE SELECT}
 * @param listener told what it sees
 */
record Watch(Query query, LiveListener listener) {}
