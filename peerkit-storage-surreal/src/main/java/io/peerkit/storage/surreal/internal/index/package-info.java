// SPDX-License-Identifier: Apache-2.0
/**
 * An index of our own inside the database: from the hashes of entries and of their blobs to their times, many records in one row.
 *
 * <p>Rows cost the engine far more than bytes. So an entry is one row, in the order of time; the transaction that writes it leaves one
 * row more, the <em>journal</em> of all its entries. What stands in journals waits in memory, and from time to time it is merged into
 * the <em>buckets</em>, rows of neighbouring records. Nothing hangs on the memory: journals are read again at opening.
 *
 * <p>A record is a hint. It names hashes by their first eight bytes, and stays when its entry goes; who looks something up reads
 * the entry's row and believes that alone. What must hold is the other direction: every entry has its record in a journal or a bucket.
 *
 * <p>Everything here decides and does nothing: no IO, no clock, no threads. All classes belong to one thread.
 */
package io.peerkit.storage.surreal.internal.index;
