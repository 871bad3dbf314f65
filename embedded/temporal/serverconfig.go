//go:build !external

package temporal

import (
	"maps"
	"net"
	"net/url"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
)

const (
	clusterName     = "active"
	mainStore       = "main"
	visibilityStore = "visibility"
	postgresPort    = "5432"
	loopback        = "127.0.0.1"

	// connections is per service and store; four services with two stores make at most 32.
	connections = 4
)

func serverConfig(cfg Config, at addresses) *config.Config {
	services := map[string]config.Service{}
	for service, port := range at {
		services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback},
		},
		Persistence: config.Persistence{
			DefaultStore:     mainStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: cfg.Shards,
			DataStores: map[string]config.DataStore{
				mainStore:       {SQL: sqlConfig(cfg, cfg.Database)},
				visibilityStore: {SQL: sqlConfig(cfg, cfg.VisibilityDatabase)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: at.frontend()},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{
			Archival: config.ArchivalNamespaceDefaults{
				History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
				Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			},
		},
		PublicClient: config.PublicClient{HostPort: at.frontend()},
	}
}

// sqlConfig describes one database. The server builds a URL of these parts; a socket directory goes in
// as the host parameter, which overrides the URL's host.
func sqlConfig(cfg Config, database string) *config.SQL {
	attributes := map[string]string{}
	maps.Copy(attributes, cfg.ConnectAttributes)
	if cfg.SocketDir != "" {
		attributes["host"] = cfg.SocketDir
	}
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		ConnectProtocol:   "tcp",
		ConnectAddr:       databaseAddress(cfg),
		ConnectAttributes: attributes,
		User:              url.PathEscape(cfg.User),
		Password:          cfg.Password,
		DatabaseName:      database,
		MaxConns:          connections,
		MaxIdleConns:      connections,
		MaxConnLifetime:   time.Hour,
	}
}

func databaseAddress(cfg Config) string {
	if cfg.SocketDir != "" {
		return net.JoinHostPort("localhost", postgresPort)
	}
	if _, _, err := net.SplitHostPort(cfg.Host); err == nil {
		return cfg.Host
	}
	return net.JoinHostPort(cfg.Host, postgresPort)
}

// dynamicConfig fits the server to one small machine and one process.
//
// One partition per task queue spares forwarding between partitions. The caches and the task
// schedulers are sized for thousands of workflows, not for millions: with the defaults 10,000 open
// workflows cost 848 MB. The version check would call a server on the internet.
func dynamicConfig() dynamicconfig.Client {
	const schedulerWorkers = 32
	return dynamicconfig.StaticClient{
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():      1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():     1,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():            2000,
		dynamicconfig.HistoryCacheTTL.Key():                         10 * time.Minute,
		dynamicconfig.EventsCacheTTL.Key():                          10 * time.Minute,
		dynamicconfig.TimerProcessorSchedulerWorkerCount.Key():      schedulerWorkers,
		dynamicconfig.TransferProcessorSchedulerWorkerCount.Key():   schedulerWorkers,
		dynamicconfig.VisibilityProcessorSchedulerWorkerCount.Key(): schedulerWorkers,
		dynamicconfig.ArchivalProcessorSchedulerWorkerCount.Key():   1,
		dynamicconfig.EnableServerVersionCheck.Key():                false,
	}
}
