// SPDX-License-Identifier: Apache-2.0
/**
 * The store on top of a session.
 *
 * <p>{@link io.peerkit.storage.surreal.internal.store.Tables} tells what lies where; {@link
 * io.peerkit.storage.surreal.internal.store.GroupCommit} writes, {@link io.peerkit.storage.surreal.internal.store.StoreReader} reads,
 * {@link io.peerkit.storage.surreal.internal.store.Lease} keeps others out.
 */
package io.peerkit.storage.surreal.internal.store;
