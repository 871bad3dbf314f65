//go:build !external

package temporal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	"google.golang.org/protobuf/types/known/durationpb"

	"throughline/care"
)

// seedNamespace writes the namespace straight into the database, before the server runs. Through the
// running server it would take some ten seconds until every service knows a new namespace or search
// attribute.
func seedNamespace(ctx context.Context, cfg Config, logger log.Logger) error {
	serializer := serialization.NewSerializer()
	factory := sql.NewFactory(*sqlConfig(cfg, cfg.Database), resolver.NewNoopResolver(), clusterName, logger,
		metrics.NoopMetricsHandler, serializer)
	defer factory.Close()
	store, err := factory.NewMetadataStore()
	if err != nil {
		return fmt.Errorf("opening Temporal's namespaces: %w", err)
	}
	namespaces := persistence.NewMetadataManagerImpl(store, serializer, logger, clusterName)
	if err := ensureNamespace(ctx, cfg, namespaces); err != nil {
		return fmt.Errorf("preparing the Temporal namespace %s: %w", cfg.Namespace, err)
	}
	return nil
}

func ensureNamespace(ctx context.Context, cfg Config, namespaces persistence.MetadataManager) error {
	found, err := namespaces.GetNamespace(ctx, &persistence.GetNamespaceRequest{Name: cfg.Namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); missing {
		return createNamespace(ctx, cfg, namespaces)
	}
	if err != nil {
		return fmt.Errorf("looking for it: %w", err)
	}
	return updateNamespace(ctx, cfg, namespaces, found)
}

func createNamespace(ctx context.Context, cfg Config, namespaces persistence.MetadataManager) error {
	fields, err := assignFields(nil, cfg.SearchAttributes)
	if err != nil {
		return err
	}
	_, err = namespaces.CreateNamespace(ctx, &persistence.CreateNamespaceRequest{
		Namespace: &persistencespb.NamespaceDetail{
			Info: &persistencespb.NamespaceInfo{
				Id:    uuid.NewString(),
				Name:  cfg.Namespace,
				State: enumspb.NAMESPACE_STATE_REGISTERED,
			},
			Config: &persistencespb.NamespaceConfig{
				Retention:                    durationpb.New(cfg.Retention),
				HistoryArchivalState:         enumspb.ARCHIVAL_STATE_DISABLED,
				VisibilityArchivalState:      enumspb.ARCHIVAL_STATE_DISABLED,
				CustomSearchAttributeAliases: fields,
			},
			ReplicationConfig: &persistencespb.NamespaceReplicationConfig{
				ActiveClusterName: clusterName,
				Clusters:          []string{clusterName},
			},
			FailoverVersion:             common.EmptyVersion,
			FailoverNotificationVersion: -1,
		},
	})
	if err != nil {
		return fmt.Errorf("creating it: %w", err)
	}
	return nil
}

func updateNamespace(ctx context.Context, cfg Config, namespaces persistence.MetadataManager, found *persistence.GetNamespaceResponse) error {
	settings := found.Namespace.GetConfig()
	fields, err := assignFields(settings.GetCustomSearchAttributeAliases(), cfg.SearchAttributes)
	if err != nil {
		return err
	}
	if maps.Equal(fields, settings.GetCustomSearchAttributeAliases()) && settings.GetRetention().AsDuration() == cfg.Retention {
		return nil
	}
	settings.CustomSearchAttributeAliases = fields
	settings.Retention = durationpb.New(cfg.Retention)
	current, err := namespaces.GetMetadata(ctx)
	if err != nil {
		return fmt.Errorf("reading the version of the namespaces: %w", err)
	}
	found.Namespace.ConfigVersion++
	err = namespaces.UpdateNamespace(ctx, &persistence.UpdateNamespaceRequest{
		Namespace:           found.Namespace,
		IsGlobalNamespace:   found.IsGlobalNamespace,
		NotificationVersion: current.NotificationVersion,
	})
	if err != nil {
		return fmt.Errorf("changing its settings: %w", err)
	}
	return nil
}

// assignFields gives each search attribute a column of its type, beside those that are assigned
// already. The result maps columns ("Keyword01") to names.
func assignFields(assigned map[string]string, wanted map[string]enumspb.IndexedValueType) (map[string]string, error) {
	columns := sadefs.GetDBIndexSearchAttributes(nil).GetCustomSearchAttributes()
	fields := maps.Clone(assigned)
	if fields == nil {
		fields = map[string]string{}
	}
	columnOf := map[string]string{}
	for column, name := range fields {
		columnOf[name] = column
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		kind := wanted[name]
		if column, ok := columnOf[name]; ok {
			if columns[column] != kind {
				return nil, care.Errorf(care.Invalid, "the search attribute %s is of type %s already and cannot become %s", name, columns[column], kind)
			}
			continue
		}
		column, ok := freeColumn(columns, fields, kind)
		if !ok {
			return nil, care.Errorf(care.Invalid, "there is no room for the search attribute %s: all columns of type %s are taken", name, kind)
		}
		fields[column] = name
	}
	return fields, nil
}

func freeColumn(columns map[string]enumspb.IndexedValueType, taken map[string]string, kind enumspb.IndexedValueType) (string, bool) {
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if _, used := taken[column]; !used && columns[column] == kind {
			return column, true
		}
	}
	return "", false
}
