// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

/**
 * A row of the application as it is shared.
 *
 * @param key names the row among all that are shared, 1 to {@link Rescan#MAX_KEY_BYTES} bytes, such as table and primary key; not
 *     copied
 * @param payload what is published of it; the same row gives the same bytes whenever it is asked; not copied
 */
public record SharedRow(byte[] key, byte[] payload) {}
