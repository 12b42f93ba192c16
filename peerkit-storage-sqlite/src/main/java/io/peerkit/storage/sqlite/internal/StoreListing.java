// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.StoredCard;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists what is there besides entries, in the order of the tables' keys. Belongs to the thread of its {@link StoreReader}. */
final class StoreListing {
    /** Shorter than any key, so before all of them. */
    private static final byte[] BEFORE_ALL = {};

    private final Statements statements;

    StoreListing(Statements statements) {
        this.statements = statements;
    }

    /** What a row tells. */
    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    List<String> metadataNames(Optional<String> after, int limit) throws SQLException {
        PreparedStatement names = statements.of(Sql.METADATA_NAMES);
        names.setString(1, after.orElse(""));
        return page(names, limit, row -> row.getString(1));
    }

    List<StoredCard> cards(Optional<AgentId> after, int limit) throws SQLException {
        PreparedStatement cards = statements.of(Sql.CARDS);
        cards.setBytes(1, after.map(AgentId::toBytes).orElse(BEFORE_ALL));
        return page(
                cards,
                limit,
                row -> new StoredCard(
                        AgentId.of(row.getBytes(1)), Instant.ofEpochMilli(row.getLong(2)), StoredForm.card(row)));
    }

    List<String> collections(Optional<String> after, int limit) throws SQLException {
        PreparedStatement next = statements.of(Sql.NEXT_COLLECTION);
        List<String> found = new ArrayList<>();
        String last = after.orElse("");
        while (found.size() < limit) {
            next.setString(1, last);
            try (ResultSet row = next.executeQuery()) {
                String collection = row.next() ? row.getString(1) : null;
                if (collection == null) {
                    return found;
                }
                found.add(collection);
                last = collection;
            }
        }
        return found;
    }

    List<BlobHash> chunkHashes(Optional<BlobHash> after, int limit) throws SQLException {
        PreparedStatement hashes = statements.of(Sql.CHUNK_HASHES);
        hashes.setBytes(1, after.map(BlobHash::toBytes).orElse(BEFORE_ALL));
        return page(hashes, limit, row -> BlobHash.of(row.getBytes(1)));
    }

    private static <T> List<T> page(PreparedStatement statement, int limit, Row<T> of) throws SQLException {
        statement.setInt(2, limit);
        List<T> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(of.of(rows));
            }
        }
        return found;
    }
}
