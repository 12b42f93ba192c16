// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.index.IndexLimits;
import java.time.Duration;

/**
 * How a store uses its database.
 *
 * @param space whose rows
 * @param setUp statements to run before the tables are defined; may be empty
 * @param shared whether other processes may have the space open too
 * @param lease how long the space stays ours without being renewed
 * @param lanes transactions under way at a time
 * @param index when what is packed together is merged
 */
public record StoreSettings(String space, String setUp, boolean shared, Duration lease, int lanes, IndexLimits index) {}
