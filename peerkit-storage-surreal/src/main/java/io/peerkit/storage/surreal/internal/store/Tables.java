// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import java.util.List;

/**
 * What lies where. Every key is an array that begins with the space, so that many networks share a database and none can read
 * beyond its own rows.
 *
 * <pre>{@code
 *   peerkit_space       [space]                      version, opened (counts openings), merges (counts merges), upgrading (from which
 *                                                    version, while that is under way), checked (how far checksums got then)
 *   peerkit_owner       [space, owner]               mode, until: who has the space open, and for how long unless renewed
 *   peerkit_lane        [space, owner, lane]         seq: last write; entries: how many it added; added, removed: which (shared mode)
 *   peerkit_timeline    [space, time id]             data: an entry, see StoredForm
 *   peerkit_journal     [space, owner, lane, seq]    data: what a write did to the indexes, see Journal; until it is merged
 *   peerkit_index       [space, kind, upper end]     rev: counts changes; data: neighbouring index records, see Bucket
 *   peerkit_metadata    [space, name]                value
 *   peerkit_agent       [space, agent]               issued, place, card
 *   peerkit_agent_order [space, place]               the cards, those issued last first
 *   peerkit_record      [space, collection, key]     value
 *   peerkit_chunk       [space, hash]                size, data
 * }</pre>
 *
 * <p>Behind every value of bytes stands its {@link Checksum}.
 *
 * <p>Bytes in keys are ordered unsigned, a shorter one before those that it is the beginning of. Integers in byte strings are
 * big-endian.
 */
final class Tables {
    /** The version of the tables below; a space written by a newer one is refused. */
    static final long SCHEMA_VERSION = 3;

    static final String SPACE = "peerkit_space";
    static final String OWNER = "peerkit_owner";
    static final String LANE = "peerkit_lane";
    static final String TIMELINE = "peerkit_timeline";
    static final String JOURNAL = "peerkit_journal";
    static final String INDEX = "peerkit_index";
    static final String METADATA = "peerkit_metadata";
    static final String AGENT = "peerkit_agent";
    static final String AGENT_ORDER = "peerkit_agent_order";
    static final String RECORD = "peerkit_record";
    static final String CHUNK = "peerkit_chunk";

    private static final List<List<String>> FIELDS = List.of(
            List.of(
                    SPACE,
                    "version int",
                    "opened int",
                    "merges option<int>",
                    "upgrading option<int>",
                    "checked option<array>"),
            List.of(OWNER, "mode string", "until datetime"),
            List.of(LANE, "seq int", "entries int", "added option<bytes>", "removed option<bytes>"),
            List.of(TIMELINE, "data bytes"),
            List.of(JOURNAL, "data bytes"),
            List.of(INDEX, "rev int", "data bytes"),
            List.of(METADATA, "value bytes"),
            List.of(AGENT, "issued int", "place bytes", "card bytes"),
            List.of(AGENT_ORDER),
            List.of(RECORD, "value bytes"),
            List.of(CHUNK, "size int", "data bytes"));

    /** Makes what is not there and leaves the rest. */
    static final String DEFINE = define();

    private Tables() {}

    private static String define() {
        StringBuilder text = new StringBuilder();
        for (List<String> table : FIELDS) {
            String name = table.get(0);
            text.append("DEFINE TABLE IF NOT EXISTS ").append(name).append(" TYPE NORMAL SCHEMAFULL;\n");
            for (String field : table.subList(1, table.size())) {
                int blank = field.indexOf(' ');
                text.append("DEFINE FIELD IF NOT EXISTS ")
                        .append(field, 0, blank)
                        .append(" ON ")
                        .append(name)
                        .append(" TYPE ")
                        .append(field, blank + 1, field.length())
                        .append(";\n");
            }
        }
        return text.toString();
    }
}
