// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists what is there besides entries, in the order of the tables' keys. That each answer gets on is checked, so that nobody asks
 * for ever; ranges have the one form that stops at its limit.
 */
final class StoreListing {
    /** Cards in one answer: so many of the longest fit. */
    private static final int PAGE_CARDS = (int) (StoreReader.ANSWER_BYTES / AgentInfo.MAX_BYTES);

    /** Behind every name of metadata: longer than any, of the last character there is. */
    private static final String BEHIND_ALL_NAMES =
            Character.toString(Character.MAX_CODE_POINT).repeat(WriteBatch.MAX_METADATA_NAME_LENGTH + 1);

    /** Behind every name of a collection: its character comes behind those that these have. */
    private static final String BEHIND_ALL_COLLECTIONS = "~".repeat(RecordKey.MAX_COLLECTION_LENGTH + 1);

    private static final Comparator<String> BY_UTF_8 =
            Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private static final String CARDS = "SELECT VALUE [record::id(id)[1], issued, card] FROM type::record('"
            + Tables.AGENT + "', $after>..$end) LIMIT %d";

    private final SurrealSession session;
    private final Space space;

    StoreListing(SurrealSession session, Space space) {
        this.session = session;
        this.space = space;
    }

    CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return page(
                        KeyScan.PAGE.formatted(Tables.METADATA, limit),
                        space.key(after.orElse("")),
                        space.key(BEHIND_ALL_NAMES))
                .thenApply(names ->
                        ascending(names.stream().map(StoreListing::text).toList(), BY_UTF_8, after));
    }

    CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return page(
                        KeyScan.PAGE.formatted(Tables.CHUNK, limit),
                        space.key(after.map(BlobHash::toBytes).orElse(new byte[0])),
                        space.key(StoredForm.behindAll()))
                .thenApply(hashes -> ascending(
                        hashes.stream().map(hash -> BlobHash.of(id(hash))).toList(), Comparator.naturalOrder(), after));
    }

    /** One at a time: all rows of a collection are skipped by asking for the first behind them. */
    CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return collections(after.orElse(""), limit, new ArrayList<>());
    }

    private CompletableFuture<List<String>> collections(String last, int limit, List<String> found) {
        if (found.size() >= limit) {
            return CompletableFuture.completedFuture(found);
        }
        return page(
                        KeyScan.PAGE.formatted(Tables.RECORD, 1),
                        space.key(last, StoredForm.behindAll()),
                        space.key(BEHIND_ALL_COLLECTIONS))
                .thenCompose(next -> {
                    if (next.isEmpty()) {
                        return CompletableFuture.completedFuture(found);
                    }
                    String collection = text(next.get(0));
                    found.addAll(ascending(List.of(collection), Comparator.naturalOrder(), Optional.of(last)));
                    return collections(collection, limit, found);
                });
    }

    CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return cards(after, limit, new ArrayList<>());
    }

    private CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit, List<StoredCard> found) {
        int size = Math.min(PAGE_CARDS, limit - found.size());
        if (size == 0) {
            return CompletableFuture.completedFuture(found);
        }
        return page(
                        CARDS.formatted(size),
                        space.key(after.map(AgentId::toBytes).orElse(new byte[0])),
                        space.key(StoredForm.behindAll()))
                .thenCompose(rows -> {
                    List<StoredCard> cards = rows.stream()
                            .map(row -> card(space, StoreReader.list(row)))
                            .toList();
                    List<AgentId> agents = ascending(
                            cards.stream().map(StoredCard::agentId).toList(), Comparator.naturalOrder(), after);
                    found.addAll(cards);
                    return cards.size() < size
                            ? CompletableFuture.completedFuture(found)
                            : cards(Optional.of(agents.get(size - 1)), limit, found);
                });
    }

    private static StoredCard card(Space space, List<?> row) {
        if (row.size() != 3 || !(row.get(1) instanceof Long issued)) {
            throw new StorageException("row of a card is damaged");
        }
        byte[] agent = id(row.get(0));
        byte[] card = Checksum.open(space.id(Tables.AGENT, agent), StoreReader.bytes(row.get(2)), issued);
        return new StoredCard(AgentId.of(agent), Instant.ofEpochMilli(issued), card);
    }

    private static <T> List<T> ascending(List<T> found, Comparator<T> order, Optional<T> after) {
        Optional<T> last = after;
        for (T next : found) {
            if (last.isPresent() && order.compare(last.get(), next) >= 0) {
                throw new StorageException("the server gave the keys of a range out of order");
            }
            last = Optional.of(next);
        }
        return found;
    }

    private CompletableFuture<List<?>> page(String query, List<Object> after, List<Object> end) {
        return session.query(query, Map.of("after", after, "end", end))
                .thenApply(results -> StoreReader.list(results.get(0)));
    }

    private static byte[] id(Object key) {
        byte[] bytes = StoreReader.bytes(key);
        if (bytes.length != StoredForm.ID_BYTES) {
            throw new StorageException("key of " + bytes.length + " bytes, must be " + StoredForm.ID_BYTES);
        }
        return bytes;
    }

    private static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new StorageException("the server gave no text where some was asked for");
    }
}
